using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Calls;

/// <summary>The promises of a step that calls a service.</summary>
public abstract class CallContract : StepContract
{
    protected static IReadOnlyList<Reading> All { get; } = Input.Readings(seed: 5);

    protected override IReadOnlyList<string> Expected => [.. All.Select(Text).Order(StringComparer.Ordinal)];

    protected override IReadOnlyList<string> ExpectedWithoutBroken
        => [.. All.Where(static reading => reading.Value != Broken).Select(Text).Order(StringComparer.Ordinal)];

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        Call(pipeline.Readings("readings"), (value, _) => Task.FromResult($"answer to {Check(value, fails)}"))
            .Values().To(Topic.Of<string>(Results));
        return pipeline;
    }

    protected abstract KeyedStream<int, string> Call(
        KeyedStream<int, Reading> readings, Func<long, CancellationToken, Task<string>> service);

    private static string Text(Reading reading) => $"answer to {reading.Value}";
}

public sealed class BuiltInCallTests : CallContract
{
    protected override KeyedStream<int, string> Call(
        KeyedStream<int, Reading> readings, Func<long, CancellationToken, Task<string>> service)
        => readings.MapAsync((reading, cancellationToken) => service(reading.Value, cancellationToken));
}

public sealed class AskTests : CallContract
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_question_is_asked_once_and_an_answer_that_went_out_never_changes(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        Fill(log);
        var asked = new List<string>();
        for (var turns = 5; turns < 60; turns += 11)
        {
            var job = Start(log, workers, asked, seed: turns);
            for (var turn = 0; turn < turns && !job.HasFinished; turn++) job.Step();
            job.Close();
        }

        Start(log, workers, asked, seed: 0).Run();

        var answers = Topic.Of<string>(Results).ReadAll(log).ToList();
        Assert.Equal(All.Count, answers.Count);
        Assert.Equal(20, answers.Distinct().Count()); // each names the moment of its asking
        Assert.Equal(asked.Distinct().Order(), asked.Order());
    }

    [Fact]
    public void Status_tells_calls_from_answers_that_were_there()
    {
        using var log = SimulatedJob.OpenLog();
        Fill(log);
        var job = Start(log, workers: 1, [], seed: 0);
        job.Run();

        var step = job.Status.Steps.Single(static step => step.Name == "ask");
        Assert.Equal((20, All.Count - 20), (step.Calls, step.Reused));
    }

    [Fact]
    public void A_slow_answer_holds_up_its_own_key_alone()
    {
        using var log = SimulatedJob.OpenLog();
        log.Write("readings", [new(0, 1, 10), new(0, 2, 11), new(3, 3, 12)]);
        var (answers, slow) = (Sink.Memory<string>(), new TaskCompletionSource<string>());
        var pipeline = Begin(fails: false);
        pipeline.Readings("readings")
            .Ask(static reading => $"{reading.Value}", (asked, _) => asked == "10" ? slow.Task : Task.FromResult(asked))
            .Values().To(answers);
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        job.Checkpoint(); // keeps what is in flight, and waits for none
        Assert.Equal(["12"], answers.Committed);

        slow.SetResult("10");
        job.Run();
        Assert.Equal(["12", "10", "11"], answers.Committed);
    }

    protected override KeyedStream<int, string> Call(
        KeyedStream<int, Reading> readings, Func<long, CancellationToken, Task<string>> service)
        => readings.Ask(
            static reading => $"{reading.Value}",
            (question, cancellationToken)
                => service(long.Parse(question, System.Globalization.CultureInfo.InvariantCulture), cancellationToken));

    private static SimulatedJob Start(LogStore log, int workers, List<string> asked, int seed)
    {
        var pipeline = Begin(fails: false);
        pipeline.Readings("readings").Ask(static reading => $"{reading.Value % 20}", (question, _) =>
        {
            asked.Add(question);
            return Task.FromResult($"{question} asked as number {asked.Count}");
        }).Values().To(Topic.Of<string>(Results));
        return SimulatedJob.Start(pipeline, log, workers, seed, checkpointInterval: TimeSpan.FromMilliseconds(10));
    }
}
