using Dataflow;

namespace Verbs;

/// <summary>A pipeline that begins anew.</summary>
internal static class ForgetExample
{
    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        var options = new JobOptions { Log = log, Workers = 1 };
        var pipeline = new Pipeline("forget");
        pipeline.From(Source.Of(1, 2)).To(Sink.Console<int>());

        await pipeline.RunAsync(options);
        await pipeline.RunAsync(options); // carries on from its last checkpoint: nothing is left to read
        Console.WriteLine("forget");
        await pipeline.ForgetAsync(options);
        await pipeline.RunAsync(options); // from the start
    }
}
