using Dataflow;

namespace Verbs;

/// <summary>Records on which the code fails, kept apart and read again.</summary>
internal static class DeadLettersExample
{
    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        var numbers = Source.Of(["12", "6", "x", "0"], "numbers");

        var pipeline = new Pipeline("shares") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(numbers).Select(int.Parse, "parse").Select(number => 84 / number, "share").To(Sink.Console<int>());
        await pipeline.RunOnAsync(log);
        foreach (var letter in Topic.Of<DeadLetter>("shares.dead-letters").ReadAll(log))
            Console.WriteLine($"dead letter: {letter.Step} on {letter.Source}@{letter.Position}: {letter.Reason}");

        var mended = new Pipeline("mended");
        mended.From(Source.Replay(numbers, deadLettersOf: "shares")).Select(text => $"again: '{text}'").To(Sink.Console<string>());
        await mended.RunOnAsync(log);
    }
}
