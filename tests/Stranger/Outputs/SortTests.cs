using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Outputs;

/// <summary>A step that learns of its outputs only when the user's code names one.</summary>
public sealed class SortTests : StepContract
{
    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 21);

    protected override IReadOnlyList<string> Expected => Texts(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Texts(All.Where(static reading => reading.Value != Broken));

    [Fact]
    public void Another_object_of_the_same_name_is_an_error_that_says_so()
    {
        using var log = SimulatedJob.OpenLog();
        Fill(log);
        var pipeline = Begin(fails: false);
        var sorted = pipeline.Readings("readings").Sort(static _ => new Output<Reading>("odd"));
        sorted.SideOutput(new Output<Reading>("odd")).Values().To(Sink.Memory<Reading>("odd"));
        var job = SimulatedJob.Start(pipeline, log);

        var error = Assert.Throws<OperatorException>(job.Run);
        Assert.Equal("sort", error.Step);
        Assert.Contains("Nobody takes this Output object 'odd'", error.Message, StringComparison.Ordinal);
        job.Close();
    }

    [Fact]
    public void A_stream_taken_without_the_keys_is_refused()
    {
        var (pipeline, odd) = (Begin(fails: false), new Output<Reading>("odd"));
        pipeline.Readings("readings").Sort(_ => odd).Pairs.SideOutput(odd).To(Sink.Memory<Reading>("odd"));

        Assert.Equal(
            ["step 'sort' has no output 'odd' of these records. Take SideOutput of the step that declares it, with the same Output "
                + "object."],
            Assert.Throws<PlanException>(pipeline.Explain).Faults);
    }

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        var (odd, none) = (new Output<Reading>("odd"), new Output<Reading>("none"));
        var sorted = pipeline.Readings("readings").Sort(reading => (Check(reading.Value, fails) % 3) switch
        {
            0 => null,
            1 => odd,
            _ => none, // whose stream nobody takes
        });
        sorted.Values().Select(static reading => $"{reading.Value} goes on")
            .Union(sorted.SideOutput(odd).Values().Select(static reading => $"{reading.Value} is odd")).To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static string[] Texts(IEnumerable<Reading> readings)
        => [.. readings.Where(static reading => reading.Value % 3 < 2)
            .Select(static reading => reading.Value % 3 == 0 ? $"{reading.Value} goes on" : $"{reading.Value} is odd")
            .Order(StringComparer.Ordinal)];
}
