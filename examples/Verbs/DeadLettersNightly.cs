using Dataflow;
using Dataflow.Log;

namespace Verbs;

/// <summary>Each night those records are read again that have failed since the night before.</summary>
internal static class DeadLettersNightlyExample
{
    private static readonly Topic<string> s_numbers = Topic.Of<string>("numbers", partitions: 1);

    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        var options = new JobOptions { Log = log, Workers = 1 };
        await using var writer = await log.OpenWriterAsync<string, string>(s_numbers);
        foreach (var text in new[] { "x", "y" })
        {
            await writer.WriteAsync("of the day", text);
            await RunDayAsync(options);
            await ReplayNewAsync(log);
        }
    }

    private static async Task RunDayAsync(JobOptions options)
    {
        var pipeline = new Pipeline("shares") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(s_numbers).Select(int.Parse).To(Sink.Console<int>());
        await using var job = await pipeline.StartAsync(options);
        while (job.Status.DeadLetters == 0) await Task.Delay(1);
        await job.StopAsync();
    }

    private static async Task ReplayNewAsync(LogStore log)
    {
        var options = new JobOptions { Log = log };
        var mended = new Pipeline("mended");
        mended.From(Source.Replay(s_numbers, deadLettersOf: "shares")).Select(text => $"again: '{text}'").To(Sink.Console<string>());
        await using (var job = await mended.StartAsync(options))
        {
            await job.Completion;
            var read = job.Status.Splits.Single().Position;
            await log.TrimAsync("shares.dead-letters", partition: 0, read); // the letters that were read
        }

        await mended.ForgetAsync(options); // it had finished: the next night it begins with what is left
    }
}
