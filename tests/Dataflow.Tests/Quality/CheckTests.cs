using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Quality;

public sealed class CheckTests : IDisposable
{
    private const string Input = "readings";

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Counts_by_rule_hands_out_alerts_and_keeps_dead_letters_out(int workers)
    {
        for (var partition = 0; partition < 2; partition++)
            _log.Append(
                Input, Enumerable.Range(0, 100).Select(i => new Reading(i % 10 == 0 ? null! : "a", i, i)), partition, partitions: 2);
        var (good, alerts) = (Sink.Memory<Reading>(), Sink.Memory<RuleViolation<Reading>>("alerts"));

        var job = SimulatedJob.Start(Checking(good, alerts), _log, workers);
        job.Run();

        Assert.Equal([new("sensor", 20), new("value", 118), new("odd", 100)], Step(job).RuleViolations);
        Assert.Equal(82, good.Committed.Count);
        Assert.All(good.Committed, reading => Assert.InRange(reading.Value, 0, 40));
        Assert.Equal(100, alerts.Committed.Count);
        Assert.All(alerts.Committed, alert => Assert.Equal(("odd", 0), (alert.Rule, alert.Record.Value % 2)));
        Assert.Equal(118, Step(job).DeadLetters);
        job.Status.CheckThatNoRecordIsLost();
        var letters = DeadLetters();
        Assert.Equal(118, letters.Count);
        Assert.All(letters, letter => Assert.Equal($"Rule 'value' is broken: {letter.Position}, not 0 to 40.", letter.Reason));
    }

    [Fact]
    public void What_goes_on_and_what_is_counted_agrees_with_LINQ_after_a_restart()
        => Gen.Select(Reading.Disordered(10), Gen.Int[1, 3], Gen.Int[0, 10]).Sample(
            (readings, workers, steps) =>
            {
                using var log = SimulatedJob.OpenLog();
                log.Append(Input, readings);
                var (good, alerts) = (Sink.Memory<Reading>(), Sink.Memory<RuleViolation<Reading>>("alerts"));
                var job = SimulatedJob.Start(Checking(good, alerts), log, workers, seed: steps);
                for (var step = 0; step < steps; step++) job.Step();
                job.Checkpoint();
                for (var step = 0; step < steps; step++) job.Step();
                job.Close();

                SimulatedJob.Start(Checking(good, alerts), log, workers, seed: steps).Run();

                Assert.Equal(readings.Where(r => r.Value is >= 0 and <= 40), good.Committed);
                Assert.Equal(readings.Where(r => r.Value % 2 == 0), alerts.Committed.Select(alert => alert.Record));
            },
            iter: 25);

    [Fact]
    public void NaN_is_in_no_range_and_bounds_are_inside()
    {
        var rule = new Rules<double>().InRange("share", share => share, 0, 1);

        Assert.Equal([true, true, false, false], new[] { 0, 1, 1.01, double.NaN }.Select(rule.Holds));
        Assert.Equal("NaN, not 0 to 1", rule.Found(double.NaN));
        Assert.Throws<ArgumentException>(() => new Rules<double>().InRange("share", share => share, 1, 0));
        Assert.Throws<ArgumentException>(() => new Rules<double>().InRange("share", share => share, double.NaN, 0));
    }

    [Fact]
    public void A_rule_that_throws_is_an_error_and_not_a_broken_rule()
    {
        _log.Append(Input, [new Reading("a", 0, 0)]);
        var pipeline = new Pipeline("throwing");
        pipeline.From(Topic.Of<Reading>(Input).StopAtEnd()).Check(r => [r.That("bad", _ => throw new InvalidOperationException("Bad."))])
            .To(Sink.Memory<Reading>());

        var error = Assert.Throws<OperatorException>(() => SimulatedJob.Start(pipeline, _log).Run());

        Assert.StartsWith("Operator 'check' failed on readings[0]@0: Bad.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_its_rules_in_the_plan_and_refuses_two_of_one_name()
    {
        Assert.Contains(
            "check (sensor, value: dead letter, odd: alert)",
            Checking(Sink.Memory<Reading>(), Sink.Memory<RuleViolation<Reading>>("alerts")).Explain().ToString(), StringComparison.Ordinal);

        var pipeline = new Pipeline("twice");
        pipeline.From(Source.Of([1])).Check(r => [r.That("same", n => n > 0), r.That("same", n => n < 9)]).Check(_ => [], "none")
            .To(Sink.Memory<int>());
        var faults = Assert.Throws<PlanException>(() => pipeline.Explain()).Message;
        Assert.Contains("Step 'check' has 2 rules called 'same'.", faults, StringComparison.Ordinal);
        Assert.Contains("Step 'none' has no rules.", faults, StringComparison.Ordinal);
    }

    private static Pipeline Checking(MemorySink<Reading> good, MemorySink<RuleViolation<Reading>> alerts)
    {
        var pipeline = new Pipeline("checking");
        pipeline.From(Topic.Of<Reading>(Input).StopAtEnd())
            .Check(
                r =>
                [
                    r.NotNull("sensor", reading => reading.Sensor),
                    r.InRange("value", reading => reading.Value, 0, 40, RuleAction.DeadLetter),
                    r.That("odd", reading => reading.Value % 2 != 0, RuleAction.Alert),
                ],
                out var broken)
            .To(good);
        broken.To(alerts);
        return pipeline;
    }

    private static StepStatus Step(SimulatedJob job) => job.Status.Steps.Single(step => step.Name == "check");

    private List<DeadLetter> DeadLetters() => [.. Topic.Of<DeadLetter>("checking.dead-letters").ReadAll(_log)];
}
