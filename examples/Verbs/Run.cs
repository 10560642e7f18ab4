using Dataflow;

namespace Verbs;

/// <summary>A job that is stopped and carries on, and one that is ended for good.</summary>
internal static class RunExample
{
    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        await using var writer = await log.OpenWriterAsync<int, string>(Topic.Of<string>("lines"));
        var options = new JobOptions { Log = log, Workers = 1 };
        var pipeline = new Pipeline("run");
        pipeline.From(Topic.Of<string>("lines")).To(Sink.Console<string>());

        await using (var job = await pipeline.StartAsync(options))
        {
            await writer.WriteAsync(1, "first");
            while (job.Status.RecordsRead < 1) await Task.Delay(1);
            await job.StopAsync(); // takes a last checkpoint; open windows stay open
            Console.WriteLine(job.State);
        }

        await writer.WriteAsync(2, "second");
        await using (var job = await pipeline.StartAsync(options)) // carries on behind the first
        {
            while (job.Status.RecordsRead < 1) await Task.Delay(1);
            await job.DrainAsync(); // closes all windows, completes all sinks
            Console.WriteLine(job.State);
        }
    }
}
