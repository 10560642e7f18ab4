using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger;

/// <summary>The promises of every step that keeps something.</summary>
/// <remarks>Derived classes say which step it is, and what a plain model makes of its input.</remarks>
public abstract class StepContract
{
    protected const string Results = "results";

    /// <summary>The value of the record on which the step's code fails where it is told to.</summary>
    protected const long Broken = 77;

    /// <summary>The results, sorted, without those of the broken record.</summary>
    protected abstract IReadOnlyList<string> Expected { get; }

    /// <summary>The results where the step's code fails on <see cref="Broken"/>.</summary>
    protected abstract IReadOnlyList<string> ExpectedWithoutBroken { get; }

    protected abstract void Fill(LogStore log);

    /// <summary>A pipeline of bounded input with the step, its results in the topic <see cref="Results"/>.</summary>
    /// <param name="fails">Whether the step's code fails on <see cref="Broken"/>, which then becomes a dead letter.</param>
    protected abstract Pipeline Create(bool fails);

    protected static Pipeline Begin(bool fails)
        => new("stranger") { OnError = fails ? ErrorPolicy.DeadLetter() : ErrorPolicy.Stop };

    protected static long Check(long value, bool fails)
        => fails && value == Broken ? throw new FormatException("The value is broken.") : value;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Gives_what_a_plain_model_gives_and_loses_no_record(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        Fill(log);
        SimulatedJob.Start(Create(fails: false), log, workers).Run();

        Assert.Equal(Expected, log.Sorted(Results));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    [InlineData(2, 3)]
    public void Carries_on_from_a_checkpoint_with_any_number_of_workers(int before, int after)
    {
        for (var read = 1; read < 200; read += 40)
        {
            using var log = SimulatedJob.OpenLog();
            Fill(log);
            var first = SimulatedJob.Start(Create(fails: false), log, before);
            while (first.Status.RecordsRead < read) first.Step();
            first.Begin();
            while (first.Status.Checkpoints.Last < 1) first.Step();
            first.Close();

            var second = SimulatedJob.Start(Create(fails: false), log, after);
            Assert.True(second.StartedFrom >= 1);
            second.Run();

            Assert.Equal(Expected, log.Sorted(Results));
        }
    }

    [Fact]
    public void Crashes_power_losses_and_cancellations_change_no_result()
        => new Simulation(Fill, () => Create(fails: false), static log => log.Sorted(Results)).Run(seeds: 25);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_record_on_which_its_code_fails_becomes_a_dead_letter_and_the_others_go_on(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        Fill(log);
        SimulatedJob.Start(Create(fails: true), log, workers).Run();

        Assert.Equal(ExpectedWithoutBroken, log.Sorted(Results));
        var letter = Assert.Single(Topic.Of<DeadLetter>("stranger.dead-letters").ReadAll(log));
        Assert.Equal("The value is broken.", letter.Reason);
    }
}
