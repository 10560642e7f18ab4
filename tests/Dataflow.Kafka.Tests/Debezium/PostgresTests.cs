using System.Globalization;
using Dataflow.Log;

namespace Dataflow.Kafka.Tests.Debezium;

/// <summary>A table of PostgreSQL, brought to Kafka by the real Debezium.</summary>
public class PostgresTests(SharedNode shared)
{
    private const string Settings =
        """
        table.include.list=public.products
        decimal.handling.mode=string
        time.precision.mode=isostring
        """;

    private const string WithSchemas =
        """
        key.converter=org.apache.kafka.connect.json.JsonConverter
        value.converter=org.apache.kafka.connect.json.JsonConverter
        key.converter.schemas.enable=true
        value.converter.schemas.enable=true
        """;

    [Fact]
    public async Task A_table_has_the_rows_of_the_database_also_after_the_job_was_started_again()
    {
        var node = shared.Node;
        using var database = new Postgres();
        database.Ask(
            "create type state as enum ('on_sale', 'sold_out')",
            "create table products (id int primary key, unit_price numeric(10, 2) not null, name text, ratio float8, seen timestamptz, "
            + "made timestamp, day date, at time, state state not null default 'on_sale', code uuid, picture bytea, "
            + "tags text[], doc jsonb)",
            "alter table products replica identity full",
            Insert(1, 40));
        foreach (var topic in new[] { "plain.public.products", "typed.public.products" }) node.CreateTopic(topic, 2);
        using var connect = new Connect(node, database, ("plain", Settings), ("typed", $"{Settings}\n{WithSchemas}"));
        using var log = Runs.OpenLog();
        var (plain, typed) = (Sink.Memory<Keyed<int, Change<Product>>>("plain"), Sink.Memory<Keyed<int, Change<Product>>>("typed"));

        await FollowAsync(log, plain, typed, database, connect, []);
        await FollowAsync(
            log, plain, typed, database, connect,
            [
                Insert(41, 60), "update products set unit_price = unit_price * 1.1 where id % 3 = 0",
                "update products set name = null, ratio = 'NaN', state = 'sold_out' where id = 5", "delete from products where id % 7 = 0",
                "update products set id = id + 1000 where id < 4", "insert into products (id, unit_price) values (7, 7)",
            ]);
        database.Ask("delete from products where id = 7", "update products set name = 'while no job ran' where id = 8");
        await FollowAsync(log, plain, typed, database, connect, ["delete from products where id > 1000"]);

        foreach (var results in new[] { plain, typed })
        {
            var changes = results.Committed.Select(pair => (pair.Key, Change: pair.Value)).Where(pair => pair.Change.HasOld).ToList();
            Assert.Contains(changes, pair => pair is { Key: 8, Change: { Old.Name: "product 8", New.Name: "while no job ran" } });
            Assert.Contains(changes, pair => pair is { Key: 1001, Change: { Kind: ChangeKind.Delete, Old.Name: "product 1" } });
        }
    }

    private static string Insert(int from, int to)
        => "insert into products select i, i * 1.25, 'product ' || i, i / 8.0, '2026-01-31 12:00+01'::timestamptz + i * interval '1 ms', "
            + "'2026-01-31 12:00:00.123456', '2026-01-31', '12:34:56', 'on_sale', gen_random_uuid(), "
            + "decode(lpad(to_hex(i), 4, '0'), 'hex'), array['a', i::text], '{\"x\": 1}' "
            + $"from generate_series({from}, {to}) i";

    /// <summary>Runs the job until its tables have what the database has, before and after some statements.</summary>
    private async Task FollowAsync(
        LogStore log, MemorySink<Keyed<int, Change<Product>>> plain, MemorySink<Keyed<int, Change<Product>>> typed, Postgres database,
        Connect connect, string[] statements)
    {
        var kafka = shared.Node.Cluster;
        var pipeline = new Pipeline("products");
        var tables = new[] { ("plain", plain), ("typed", typed) }.Select(part =>
        {
            var table = pipeline.Table(Source.Debezium<int, Product>($"{part.Item1}.public.products", kafka));
            table.Changes().Pairs.To(part.Item2);
            return table;
        }).ToList();
        await using var job = await pipeline.StartOnAsync(log);
        database.Ask(statements.Append("select 1"));
        var expected = database.Ask(
            "select id, unit_price, name, ratio, (extract(epoch from seen) * 1000)::bigint, to_char(made, 'YYYY-MM-DD HH24:MI:SS.US'), "
            + "day, at, state, code, encode(picture, 'hex'), array_to_string(tags, ','), doc "
            + "from products order by id");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        foreach (var table in tables)
        {
            var rows = expected;
            do
            {
                connect.CheckRunning();
                await Task.WhenAny(job.Completion, Task.Delay(20, limit.Token)).Unwrap();
                rows = [.. (await job.Read(table).GetAllAsync(limit.Token)).OrderBy(row => row.Key).Select(row => row.Value.ToString())];
            }
            while (!rows.SequenceEqual(expected) && !limit.IsCancellationRequested);
            Assert.Equal(expected, rows);
        }

        await job.StopAsync(TestContext.Current.CancellationToken);
    }

    private enum State
    {
        OnSale,
        SoldOut,
    }

    private sealed record Product(
        int Id, decimal UnitPrice, string? Name, double? Ratio, DateTimeOffset? Seen, DateTime? Made, DateOnly? Day, TimeOnly? At,
        State State, Guid? Code, byte[]? Picture, string[]? Tags, string? Doc)
    {
        // As the database writes it.
        public override string ToString() => string.Join('|', new object?[]
        {
            Id, UnitPrice, Name, Ratio, Seen?.ToUnixTimeMilliseconds(), $"{Made:yyyy-MM-dd HH:mm:ss.ffffff}", $"{Day:yyyy-MM-dd}",
            $"{At:HH:mm:ss}", State == State.OnSale ? "on_sale" : "sold_out", Code,
            Picture is null ? "" : Convert.ToHexStringLower(Picture), string.Join(',', Tags ?? []), Doc,
        }.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)));
    }
}
