using System.Buffers;
using System.Net;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Flight;
using Apache.Arrow.Flight.Client;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Dataflow.Arrow.Flight;
using Dataflow.Log;
using Dataflow.Testing;
using Grpc.Core;
using Grpc.Net.Client;

namespace Dataflow.Arrow.Tests;

/// <summary>Arrow's own .NET client pulls training sets.</summary>
public sealed class TrainingServerTests : IAsyncLifetime
{
    private const int Shards = 3;
    private const int RowsOfShard = 10_000;

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private TrainingServer _server = null!;
    private GrpcChannel _channel = null!;
    private FlightClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        await _log.CreateTopicAsync("rows", Shards, TestContext.Current.CancellationToken);
        await AppendAsync(0, RowsOfShard);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _log.DisposeAsync();
    }

    [Fact]
    public async Task Lists_each_set_with_an_endpoint_for_each_shard()
    {
        var flight = Assert.Single(await AllAsync(_client.ListFlights().ResponseStream));

        Assert.Equal(["delays"], flight.Descriptor.Paths);
        Assert.Equal(Shards * RowsOfShard, flight.TotalRecords);
        Assert.Equal(["Id", "Text"], flight.Schema.FieldsList.Select(field => field.Name));
        Assert.Equal(Shards, flight.Endpoints.Count);
        Assert.Equal(
            """{"set":"delays","shard":1,"from":0,"to":10000,"at":0,"epoch":0,"window":4096}""",
            flight.Endpoints[1].Ticket.Ticket.ToStringUtf8());
    }

    [Fact]
    public async Task Gives_every_row_in_the_order_of_the_log_and_says_its_range()
    {
        var info = await _client.GetInfo(FlightDescriptor.CreatePathDescriptor("delays"));
        for (var shard = 0; shard < Shards; shard++)
        {
            var (ids, _) = await GetAsync(info.Endpoints[shard].Ticket);
            Assert.Equal(Enumerable.Range(0, RowsOfShard).Select(offset => Id(shard, offset)), ids);
        }

        using var call = _client.GetStream(info.Endpoints[2].Ticket);
        var metadata = (await call.ResponseStream.Schema).Metadata;
        Assert.Equal(
            ("rows", "2", "0", "10000"),
            (metadata["dataflow.topic"], metadata["dataflow.partition"], metadata["dataflow.from"], metadata["dataflow.to"]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7)]
    public async Task A_trainer_goes_on_behind_its_last_commit_also_on_another_server(int? seed)
    {
        var command = Command("a", epoch: 0, seed);
        var (whole, tickets) = await GetAsync((await _client.GetInfo(command)).Endpoints[1].Ticket);
        Assert.True(tickets.Count >= 3);
        var done = JsonDocument.Parse(tickets[1]).RootElement.GetProperty("at").GetInt32();

        await CommitAsync(tickets[1]);
        await StopAsync();
        await AppendAsync(RowsOfShard, RowsOfShard + 500); // of no concern to this epoch
        await StartAsync();
        var info = await _client.GetInfo(command);
        var (rest, _) = await GetAsync(info.Endpoints[1].Ticket);

        Assert.Equal((Shards * RowsOfShard) - done, info.TotalRecords);
        Assert.Equal(whole.Skip(done), rest);
    }

    [Theory]
    [InlineData("\"seed\":8,\"window\":1000", "seed 8 and window 1000")]
    [InlineData("\"seed\":-8,\"window\":1000", "seed -8 and window 1000")]
    [InlineData("\"seed\":7,\"window\":1001", "seed 7 and window 1001")]
    [InlineData("\"window\":1000", "no seed")]
    public async Task An_epoch_goes_on_in_the_order_that_it_was_begun_in_and_in_no_other(string order, string said)
    {
        const string Begun = "\"seed\":7,\"window\":1000";
        var first = CommandOf(Begun);
        var (whole, tickets) = await GetAsync((await _client.GetInfo(first)).Endpoints[0].Ticket);
        var refusal = (
            StatusCode.InvalidArgument,
            $"Epoch 0 of trainer 'a' was begun with seed 7 and window 1000, not with {said}. Go on with seed 7 and window 1000, or begin "
                + "another epoch.");

        Assert.Equal(refusal, await FailureAsync(async () => await _client.GetInfo(CommandOf(order))));
        if (order.Contains("seed", StringComparison.Ordinal))
            Assert.Equal(refusal, await FailureAsync(() => CommitAsync(tickets[1].Replace(Begun, order, StringComparison.Ordinal))));
        await CommitAsync(tickets[1]);
        Assert.Equal(refusal, await FailureAsync(async () => await _client.GetInfo(CommandOf(order))));

        var done = JsonDocument.Parse(tickets[1]).RootElement.GetProperty("at").GetInt32();
        Assert.Equal(whole.Skip(done), (await GetAsync((await _client.GetInfo(first)).Endpoints[0].Ticket)).Ids);
        Assert.Equal(Shards * RowsOfShard, (await _client.GetInfo(CommandOf($"\"epoch\":1,{order}"))).TotalRecords);
        Assert.Equal(Shards * RowsOfShard, (await _client.GetInfo(CommandOf($"\"epoch\":1,{order}"))).TotalRecords);

        static FlightDescriptor CommandOf(string order)
            => FlightDescriptor.CreateCommandDescriptor($$"""{"set":"delays","trainer":"a",{{order}}}""");
    }

    [Fact]
    public async Task Trainers_and_sets_whose_names_run_into_each_other_have_cursors_of_their_own()
    {
        await StopAsync();
        await StartAsync(sets: [ServedSet.Of(Topic.Of<Row>("rows"), "c"), ServedSet.Of(Topic.Of<Row>("rows"), "b/c")]);
        var (_, tickets) = await GetAsync((await _client.GetInfo(Of("a/b", "c"))).Endpoints[0].Ticket);
        await CommitAsync(tickets[^1]);

        Assert.Equal(Shards * RowsOfShard, (await _client.GetInfo(Of("a", "b/c"))).TotalRecords);

        static FlightDescriptor Of(string trainer, string set)
            => FlightDescriptor.CreateCommandDescriptor($$"""{"set":"{{set}}","trainer":"{{trainer}}"}""");
    }

    [Fact]
    public async Task The_next_epoch_begins_anew_with_what_has_been_added()
    {
        var (_, tickets) = await GetAsync((await _client.GetInfo(Command("a", epoch: 0, seed: null))).Endpoints[0].Ticket);
        await CommitAsync(tickets[^1]);
        await AppendAsync(RowsOfShard, RowsOfShard + 500);

        var next = await _client.GetInfo(Command("a", epoch: 1, seed: null));

        Assert.Equal(Shards * (RowsOfShard + 500), next.TotalRecords);
        Assert.Equal(
            Enumerable.Range(0, RowsOfShard + 500).Select(offset => Id(0, offset)), (await GetAsync(next.Endpoints[0].Ticket)).Ids);
    }

    [Fact]
    public async Task Shuffles_within_windows_by_seed_epoch_and_shard()
    {
        var (first, _) = await GetAsync((await _client.GetInfo(Command("a", 0, seed: 7))).Endpoints[0].Ticket);
        var (again, _) = await GetAsync((await _client.GetInfo(Command("b", 0, seed: 7))).Endpoints[0].Ticket);
        var (other, _) = await GetAsync((await _client.GetInfo(Command("c", 0, seed: 8))).Endpoints[0].Ticket);
        var (later, _) = await GetAsync((await _client.GetInfo(Command("a", 1, seed: 7))).Endpoints[0].Ticket);
        var (shard, _) = await GetAsync((await _client.GetInfo(Command("a", 0, seed: 7))).Endpoints[1].Ticket);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.NotEqual(first, later);
        Assert.NotEqual(first.Select(id => id / Shards), shard.Select(id => id / Shards));
        foreach (var window in first.Chunk(1_000).Index())
        {
            Assert.NotEqual(window.Item.Order(), window.Item);
            Assert.Equal(Enumerable.Range(window.Index * 1_000, 1_000).Select(offset => Id(0, offset)), window.Item.Order());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(999)]
    [InlineData(1_000)]
    [InlineData(9_999)]
    [InlineData(10_000)]
    public async Task Goes_on_at_any_place_of_a_shuffled_window(int at)
    {
        var ticket = """{"set":"delays","shard":0,"from":0,"to":10000,"at":0,"seed":7,"window":1000}""";
        var (whole, _) = await GetAsync(new FlightTicket(ticket));
        var (rest, _) = await GetAsync(new FlightTicket(ticket.Replace("\"at\":0", $"\"at\":{at}", StringComparison.Ordinal)));
        Assert.Equal(whole.Skip(at), rest);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7)]
    public async Task Serves_the_files_of_a_training_set_as_it_serves_the_topic(int? seed)
    {
        using var folder = new TemporaryFolder();
        var pipeline = new Pipeline("export");
        pipeline.From(Topic.Of<Row>("rows").StopAtEnd())
            .To(Sink.TrainingSet<Row>(folder["files"], new TrainingSetOptions { RowsPerFile = 3_300 }));
        SimulatedJob.Start(pipeline, _log).Run();
        await StopAsync();
        await StartAsync(sets: [ServedSet.Of(Topic.Of<Row>("rows"), "delays"), ServedSet.OfFiles(folder["files"])]);
        var files = FlightDescriptor.CreateCommandDescriptor(
            Command("a", 0, seed).Command.ToStringUtf8().Replace("delays", "files", StringComparison.Ordinal));

        var (expected, served) = (await _client.GetInfo(Command("a", 0, seed)), await _client.GetInfo(files));
        Assert.Equal(expected.TotalRecords, served.TotalRecords);
        for (var shard = 0; shard < Shards; shard++)
        {
            var (whole, tickets) = await GetAsync(served.Endpoints[shard].Ticket);
            Assert.Equal((await GetAsync(expected.Endpoints[shard].Ticket)).Ids, whole);
            var at = JsonDocument.Parse(tickets[1]).RootElement.GetProperty("at").GetInt32();
            await CommitAsync(tickets[1]);
            Assert.Equal(whole.Skip(at), (await GetAsync((await _client.GetInfo(files)).Endpoints[shard].Ticket)).Ids);
        }
    }

    [Fact]
    public async Task Serves_the_columns_of_files_by_their_names_whatever_their_order()
    {
        using var folder = new TemporaryFolder();
        WriteFiles(
            folder["files"], Schema(("Id", Int32Type.Default), ("A", Int32Type.Default), ("B", Int32Type.Default)),
            Schema(("Id", Int32Type.Default), ("B", Int32Type.Default), ("A", Int32Type.Default)));
        await StopAsync();
        await StartAsync(sets: [ServedSet.OfFiles(folder["files"])]);

        foreach (var order in new[] { "", ",\"seed\":7" })
        {
            var rows = new List<string>();
            using var call = _client.GetStream(new FlightTicket($$"""{"set":"files","shard":0,"from":0,"to":6,"at":0{{order}}}"""));
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
                var batch = call.ResponseStream.Current;
                for (var row = 0; row < batch.Length; row++)
                    rows.Add(
                        string.Join(
                        ' ', batch.Schema.FieldsList.Select((field, i) => $"{field.Name}={((Int32Array)batch.Column(i)).GetValue(row)}")));
            }

            Assert.Equal(["Id=0 A=100 B=200", "Id=1 A=101 B=201", "Id=2 A=102 B=202"], rows.Distinct().Order(StringComparer.Ordinal));
            Assert.Equal(6, rows.Count);
        }
    }

    [Fact]
    public async Task Refuses_files_whose_columns_are_not_those_of_the_set()
    {
        var first = Schema(("Id", Int32Type.Default), ("A", Int32Type.Default));
        Assert.Equal("'A' is missing", Refusal(Schema(("Id", Int32Type.Default))));
        Assert.Equal("'C' is new", Refusal(Schema(("Id", Int32Type.Default), ("A", Int32Type.Default), ("C", Int32Type.Default))));
        Assert.Equal("'A' is missing, 'a' is new", Refusal(Schema(("Id", Int32Type.Default), ("a", Int32Type.Default))));
        Assert.Equal("'A' is uint32 instead of int32", Refusal(Schema(("Id", Int32Type.Default), ("A", UInt32Type.Default))));
        Assert.Equal(
            "'A' may be null",
            Refusal(new Schema([new Field("Id", Int32Type.Default, false), new Field("A", Int32Type.Default, true)], null)));

        // One that is written while the set is served.
        using var folder = new TemporaryFolder();
        WriteFiles(folder["files"], first);
        await StopAsync();
        await StartAsync(sets: [ServedSet.OfFiles(folder["files"])]);
        WriteFiles(folder["files"], first, Schema(("Id", Int32Type.Default), ("B", Int32Type.Default)));
        var (code, message) = await FailureAsync(
            async () => await GetAsync(new FlightTicket("""{"set":"files","shard":0,"from":0,"to":6,"at":0}""")));
        Assert.Equal(StatusCode.DataLoss, code);
        Assert.Contains("'A' is missing, 'B' is new", message, StringComparison.Ordinal);

        string Refusal(Schema second)
        {
            using var folder = new TemporaryFolder();
            WriteFiles(folder["files"], first, second);
            var message = Assert.Throws<ConnectorException>(() => ServedSet.OfFiles(folder["files"])).Message;
            var (start, end) = (
                $"File '{folder["files"]}/rows-0-00001.arrow': its columns are not those of the set's first file: ",
                ". A set has the same columns in all its files; export the changed rows to a directory of their own.");
            Assert.StartsWith(start, message, StringComparison.Ordinal);
            Assert.EndsWith(end, message, StringComparison.Ordinal);
            return message[start.Length..^end.Length];
        }
    }

    [Fact]
    public void Refuses_a_directory_without_a_training_set()
        => Assert.Throws<ConnectorException>(() => ServedSet.OfFiles(Path.GetTempPath()));

    [Fact]
    public async Task Says_what_is_gone()
    {
        await _log.TrimAsync("rows", 0, 5, TestContext.Current.CancellationToken);
        var (code, message) = await FailureAsync(
            async () => await GetAsync(new FlightTicket("""{"set":"delays","shard":0,"from":0,"to":10000,"at":0}""")));
        Assert.Equal(StatusCode.OutOfRange, code);
        Assert.StartsWith("Topic 'rows', partition 0: offset 0 is not there.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"set":"trips","shard":0,"from":0,"to":1,"at":0}""", StatusCode.NotFound,
        "There is no training set 'trips'; there is 'delays'.")]
    [InlineData("""{"set":"delays","shard":3,"from":0,"to":1,"at":0}""", StatusCode.InvalidArgument, "'shard' is 3; there are 3, from 0.")]
    [InlineData(
        """{"set":"delays","shard":0,"from":0,"to":10001,"at":0}""", StatusCode.InvalidArgument, "'to' is 10001; the shard ends at 10000.")]
    [InlineData(
        """{"set":"delays","shard":0,"from":5,"to":9,"at":4}""", StatusCode.InvalidArgument,
        "'at' is 4; it must be from 'from' (5) to 'to' (9).")]
    [InlineData(
        """{"set":"delays","shard":0,"from":0,"to":9,"at":4,"seed":1,"window":65537}""", StatusCode.InvalidArgument,
        "'window' is 65537; it must be 1 to 65536.")]
    [InlineData(
        """{"set":"delays","shard":0,"from":0,"to":9,"at":4,"epoch":-1}""", StatusCode.InvalidArgument,
        "'epoch' is -1; it must not be negative.")]
    [InlineData("null", StatusCode.InvalidArgument, "The ticket is null.")]
    public async Task Refuses_tickets_that_make_no_sense(string ticket, StatusCode code, string message)
        => Assert.Equal((code, message), await FailureAsync(async () => await GetAsync(new FlightTicket(ticket))));

    [Theory]
    [InlineData("""{"set":null}""")]
    [InlineData("""{"set":null,"trainer":"a"}""")]
    [InlineData("""{"set":["delays"]}""")]
    [InlineData("""{"trainer":"a"}""")]
    [InlineData("""{"set":"delays","trainer":""}""")]
    [InlineData("""{"set":"delays","seed":"x"}""")]
    [InlineData("null")]
    [InlineData("")]
    public async Task Refuses_commands_that_make_no_sense(string command)
    {
        var descriptor = FlightDescriptor.CreateCommandDescriptor(command);
        Assert.Equal(StatusCode.InvalidArgument, (await FailureAsync(async () => await _client.GetInfo(descriptor))).Code);
        if (!command.Contains("trainer", StringComparison.Ordinal) || !command.Contains("delays", StringComparison.Ordinal))
            Assert.Equal(StatusCode.InvalidArgument, (await FailureAsync(async () => await _client.GetSchema(descriptor))).Code);
    }

    [Fact]
    public async Task Refuses_what_is_too_large_and_what_it_does_not_do_by_name()
    {
        var large = FlightDescriptor.CreateCommandDescriptor($$"""{"set":"{{new string('a', 2 << 20)}}"}""");
        Assert.Equal(StatusCode.ResourceExhausted, (await FailureAsync(async () => await _client.GetInfo(large))).Code);
        Assert.Equal(StatusCode.ResourceExhausted, (await FailureAsync(() => CommitAsync(new string(' ', 2 << 20)))).Code);
        Assert.Equal(StatusCode.Unimplemented, (await FailureAsync(async () =>
        {
            var put = await _client.StartPut(
                FlightDescriptor.CreatePathDescriptor("delays"),
                (await _client.GetSchema(FlightDescriptor.CreatePathDescriptor("delays"))));
            await AllAsync(put.ResponseStream);
        })).Code);
        Assert.Equal(
            StatusCode.Unimplemented,
            (await FailureAsync(async () => await AllAsync(_client.DoAction(new FlightAction("drop", "x")).ResponseStream))).Code);
    }

    [Fact]
    public async Task Says_that_a_file_is_gone()
    {
        using var folder = new TemporaryFolder();
        WriteFiles(folder["files"], Schema(("Id", Int32Type.Default)));
        await StopAsync();
        await StartAsync(sets: [ServedSet.OfFiles(folder["files"])]);
        File.Delete(Path.Combine(folder["files"], "rows-0-00000.arrow"));

        var (code, message) = await FailureAsync(
            async () => await GetAsync(new FlightTicket("""{"set":"files","shard":0,"from":0,"to":3,"at":0}""")));

        Assert.Equal((StatusCode.DataLoss, "The set's data cannot be read (FileNotFoundException)."), (code, message));
    }

    [Fact]
    public async Task Refuses_what_is_not_a_ticket()
        => Assert.Equal(StatusCode.InvalidArgument, (await FailureAsync(async () => await GetAsync(new FlightTicket("rows/0")))).Code);

    [Fact]
    public async Task Refuses_commits_without_a_trainer_and_of_epochs_that_nobody_began()
    {
        Assert.Equal(
            (StatusCode.InvalidArgument, "The ticket names no trainer."),
            await FailureAsync(() => CommitAsync("""{"set":"delays","shard":0,"from":0,"to":10000,"at":9}""")));
        Assert.Equal(
            (StatusCode.InvalidArgument, "The ticket's range is not the epoch's; ask for the flight first."),
            await FailureAsync(() => CommitAsync("""{"set":"delays","shard":0,"from":0,"to":10000,"at":9,"trainer":"nobody"}""")));
    }

    [Fact]
    public async Task Java_pulls_the_same_rows_and_goes_on_behind_its_commit()
    {
        var uri = $"grpc://127.0.0.1:{_server.Uri.Port}";
        Assert.Contains(
            "\"delays\"", Assert.Single(Tools.Java("list", uri), line => line.Contains("\"flight\"", StringComparison.Ordinal)),
            StringComparison.Ordinal);

        var lines = Tools.Java("get", uri, """cmd:{"set":"delays","trainer":"java","seed":7,"window":1000}""");
        int[] ids = [
            .. lines.Where(line => line.StartsWith("{\"Id\"", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Id").GetInt32())];
        var expected = new List<int>();
        foreach (var endpoint in (await _client.GetInfo(Command("net", 0, seed: 7)))
            .Endpoints) expected.AddRange((await GetAsync(endpoint.Ticket)).Ids);
        Assert.Equal(expected, ids);

        Tools.Java("do", uri, "commit", """{"set":"delays","shard":2,"from":0,"to":10000,"at":9990,"trainer":"java"}""");
        var rest = await _client.GetInfo(Command("java", 0, seed: 7));
        Assert.Equal(ids[^10..], (await GetAsync(rest.Endpoints[2].Ticket)).Ids);
    }

    [Fact]
    public async Task Lets_in_only_who_has_the_token()
    {
        await StopAsync();
        await StartAsync("secret");

        Assert.Equal(
            StatusCode.Unauthenticated, (await FailureAsync(async () => await AllAsync(_client.ListFlights().ResponseStream))).Code);
        Assert.Equal(
            StatusCode.Unauthenticated,
            (await FailureAsync(async () => await AllAsync(_client.ListFlights(null, Bearer("secre")).ResponseStream))).Code);
        Assert.Single(await AllAsync(_client.ListFlights(null, Bearer("secret")).ResponseStream));
        var lines = Tools.Java("get", $"grpc://127.0.0.1:{_server.Uri.Port}", "delays", "--bearer", "secret", "--quiet");
        Assert.Equal("""{"rows":30000,"batches":9}""", lines[^1]);

        static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };
    }

    [Fact]
    public async Task Listens_beyond_loopback_only_with_token_and_certificate()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => TrainingServer.StartAsync(
            _log, [], new TrainingServerOptions { Address = IPAddress.Any, Token = "secret" }, TestContext.Current.CancellationToken));
        Assert.StartsWith(
            "Address 0.0.0.0: beyond loopback a server needs a token and a certificate. Give both, or listen on loopback.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_not_start_without_the_topic() => await Assert.ThrowsAsync<LogException>(() => TrainingServer.StartAsync(
        _log, [ServedSet.Of(Topic.Of<Row>("trips"))], new TrainingServerOptions { Port = 0 }, TestContext.Current.CancellationToken));

    private static int Id(int shard, int offset) => (offset * Shards) + shard;

    private static FlightDescriptor Command(string trainer, int epoch, int? seed) => FlightDescriptor.CreateCommandDescriptor(
        $$"""{"set":"delays","trainer":"{{trainer}}","epoch":{{epoch}},"seed":{{seed?.ToString() ?? "null"}},"window":1000}""");

    private static async Task<(StatusCode Code, string Message)> FailureAsync(Func<Task> call)
    {
        var status = (await Assert.ThrowsAsync<RpcException>(call)).Status;
        return (status.StatusCode, status.Detail);
    }

    private static async Task<List<T>> AllAsync<T>(IAsyncStreamReader<T> stream)
    {
        var all = new List<T>();
        while (await stream.MoveNext(TestContext.Current.CancellationToken)) all.Add(stream.Current);
        return all;
    }

    private static Schema Schema(params (string Name, IArrowType Type)[] columns)
        => new(columns.Select(static column => new Field(column.Name, column.Type, nullable: false)), metadata: null);

    /// <summary>Writes a set of files of three rows, whose columns begin at 0, and at 100 times their place in the alphabet.</summary>
    private static void WriteFiles(string directory, params Schema[] files)
    {
        Directory.CreateDirectory(directory);
        foreach (var (sequence, schema) in files.Index())
        {
            using var file = File.Create(Path.Combine(directory, Name(sequence)));
            using var writer = new ArrowFileWriter(file, schema);
            writer.WriteRecordBatch(new Apache.Arrow.RecordBatch(schema, schema.FieldsList.Select(Column), 3));
            writer.WriteEnd();
        }

        File.WriteAllText(
            Path.Combine(directory, "manifest.json"),
            $$"""{"pipeline":"p","isComplete":false,"files":[{{string.Join(',', files.Index().Select(Entry))}}]}""");

        string Entry((int Index, Schema Item) file)
            => $$"""{"file":"{{Name(file.Index)}}","topic":"rows","partition":0,"sequence":{{file.Index}}"""
                + ""","plan":"","rows":3,"from":0,"to":3}""";

        static string Name(int sequence) => $"rows-0-{sequence:d5}.arrow";

        static IArrowArray Column(Field field)
        {
            var from = field.Name == "Id" ? 0 : 100 * (char.ToUpperInvariant(field.Name[0]) - 'A' + 1);
            return ArrowArrayFactory.BuildArray(new ArrayData(
                field.DataType, 3, 0, 0,
                [ArrowBuffer.Empty, new ArrowBuffer.Builder<int>().AppendRange([from, from + 1, from + 2]).Build()]));
        }
    }

    private async Task<(List<int> Ids, List<string> Next)> GetAsync(FlightTicket ticket)
    {
        using var call = _client.GetStream(ticket);
        var (ids, next) = (new List<int>(), new List<string>());
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            ids.AddRange(((Int32Array)call.ResponseStream.Current.Column("Id")).Values);
            next.Add(call.ResponseStream.ApplicationMetadata[0].ToStringUtf8());
        }

        return (ids, next);
    }

    private async Task CommitAsync(string ticket) => await AllAsync(_client.DoAction(new FlightAction("commit", ticket)).ResponseStream);

    private async Task StartAsync(string? token = null, ServedSet[]? sets = null)
    {
        _server = await TrainingServer.StartAsync(
            _log, sets ?? [ServedSet.Of(Topic.Of<Row>("rows"), "delays")], new TrainingServerOptions { Port = 0, Token = token },
            TestContext.Current.CancellationToken);
        _channel = GrpcChannel.ForAddress(_server.Uri);
        _client = new FlightClient(_channel);
    }

    private async Task StopAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    private async Task AppendAsync(int from, int to)
    {
        var (commit, value) = (new LogCommit(), new ArrayBufferWriter<byte>());
        for (var shard = 0; shard < Shards; shard++)
        {
            var records = new RecordBuffer();
            for (var offset = from; offset < to; offset++)
            {
                value.ResetWrittenCount();
                Serde<Row>.Default.Write(new Row(Id(shard, offset), $"row {offset}"), value);
                records.Append(offset, value.WrittenSpan);
            }

            commit.Add(_log.GetTopic("rows"), shard, records);
        }

        await _log.CommitAsync(commit);
    }

    public sealed record Row(int Id, string Text);
}
