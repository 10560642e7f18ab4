using Dataflow.Cli.Tests;
using Dataflow.Log;
using Dataflow.Tests;

[assembly: AssemblyFixture(typeof(Sample))]

namespace Dataflow.Cli.Tests;

/// <summary>The log of a pipeline that has run to its end and left some records out. Tests that change it take a copy.</summary>
public sealed class Sample : IAsyncLifetime
{
    private const int Count = 60;

    private readonly TemporaryFolder _folder = new();

    public string Directory => _folder["log"];

    public string Copy() => _folder.CopyOf(Directory);

    public string Missing => _folder["missing"];

    public static Pipeline Pipeline(bool ends)
    {
        var pipeline = new Pipeline("orders") { OnError = ErrorPolicy.DeadLetter() };
        var orders = Topic.Of<Order>("orders-in", partitions: 2);
        pipeline.From(ends ? orders.StopAtEnd() : orders)
            .Select(
                order => order.Number % 10 != 7 ? order : throw new ArgumentException($"Order of {order.City} is wrong."), name: "check")
            .KeyBy(order => order.City)
            .To(Topic.Of<Order>("orders-out"));
        return pipeline;
    }

    public static async Task FillAsync(LogStore log)
    {
        for (var partition = 0; partition < 2; partition++)
        {
            var own = partition;
            log.Append("orders-in", Enumerable.Range(0, Count).Where(number => number % 2 == own).Select(Order.Of), partition, 2);
        }

        var records = new RecordBuffer();
        records.Append(0, "key"u8, "{\"note\": \"a\\u001bb\"}"u8);
        records.Append(0, "a text with \x1b[31m"u8);
        records.Append(0, new byte[] { 0, 1, 2, 0xff });
        records.Append(0, "a text with \u009b31m"u8);
        records.AppendTombstone(0, "gone"u8);
        log.AppendBytes("mixed", records);
        var commit = new LogCommit();
        commit.SetGroupOffset("billing", "orders-in", 0, 10);
        commit.SetGroupOffset("billing", "orders-in", 1, 30);
        await log.CommitAsync(commit);
    }

    public async ValueTask InitializeAsync()
    {
        await using var log = LogStore.Open(Directory);
        await FillAsync(log);
        await Pipeline(ends: true).RunAsync(new JobOptions { Log = log, CheckpointInterval = TimeSpan.FromHours(1) });
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed record Order(int Number, string City)
{
    public static Order Of(int number) => new(number, number % 3 == 0 ? "Berlin" : "Rome");
}
