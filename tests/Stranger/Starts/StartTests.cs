using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Starts;

/// <summary>A step that has something to say to the log before its job may start.</summary>
public sealed class StartTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void The_first_job_leaves_its_unit_and_a_start_with_another_is_refused_with_a_remedy()
    {
        SimulatedJob.Start(Counting("first", "metres"), _log).Close();
        SimulatedJob.Start(Counting("second", "metres"), _log).Close();

        var error = Assert.Throws<PlanException>(() => SimulatedJob.Start(Counting("third", "feet"), _log));

        Assert.Equal(
            "Pipeline 'third': step 'agree' counts in feet, and jobs of this log have agreed on metres. Change the unit.", error.Message);
        Assert.Equal(["metres"], AgreeStep.Units(_log));
    }

    [Fact]
    public void A_check_sees_all_steps_of_the_plan_and_a_refused_start_leaves_nothing()
    {
        var pipeline = Counting("two", "metres", "feet");

        Assert.Throws<PlanException>(() => SimulatedJob.Start(pipeline, _log));
        Assert.False(_log.TryGetTopic("agree.notes", out _));
        Assert.Throws<ConnectorException>(
            () => SimulatedJob.Start(Counting("no-sink", Sink.JsonLines<int>("/dev/null/rows"), "metres"), _log));

        Assert.Empty(AgreeStep.Units(_log));
    }

    [Fact]
    public async Task Of_jobs_that_start_at_once_none_comes_between_the_check_of_another_and_its_writing()
    {
        await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        await log.CreateTopicAsync("numbers", 1, TestContext.Current.CancellationToken);
        var starts = Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
        {
            await using var job = await Counting($"job-{number}", $"unit-{number}").StartAsync(new JobOptions { Log = log });
        })).ToList();
        await Task.WhenAll(starts).ContinueWith(static _ => { }, TaskScheduler.Default);

        Assert.Equal(7, starts.Count(static start => start.Exception?.InnerException is PlanException));
        Assert.Single(AgreeStep.Units(log));
    }

    [Fact]
    public void Two_steps_of_one_topic_are_a_fault_of_the_plan()
    {
        var pipeline = Counting("twice", "metres", "metres");
        pipeline.From(Source.Of([1], "more")).Agree("metres").To(Sink.Memory<int>("more"));

        Assert.Equal(
            ["2 steps called 'agree' keep their results in topic 'agree.notes'. Give each another name, as its argument 'name'."],
            Assert.Throws<PlanException>(pipeline.Explain).Faults);
    }

    [Fact]
    public void A_step_whose_preparation_fails_is_named()
    {
        var error = Assert.Throws<OperatorException>(() => SimulatedJob.Start(Counting("unnamed", ""), _log));

        Assert.Equal("agree", error.Step);
        Assert.Contains("The unit has no name.", error.Message, StringComparison.Ordinal);
    }

    private static Pipeline Counting(string name, params string[] units) => Counting(name, Sink.Memory<int>("counted"), units);

    private static Pipeline Counting(string name, Sink<int> sink, params string[] units)
    {
        var pipeline = new Pipeline(name);
        var numbers = pipeline.From(Source.Of([1, 2], "numbers"));
        foreach (var (index, unit) in units.Index()) numbers = numbers.Agree(unit, index == 0 ? "agree" : $"agree-{index}");
        numbers.To(sink);
        return pipeline;
    }
}
