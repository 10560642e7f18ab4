using Dataflow.CrashTarget;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Checkpoints;

public class SimulationTests
{
    [Fact]
    public void Finds_nothing_wrong_with_a_pipeline_that_keeps_state_as_it_should()
        => new Simulation(log => Trips.FillAsync(log, 600).GetAwaiter().GetResult(), Trips.Pipeline, Trips.Results).Run(seeds: 30);

    [Fact]
    public void Finds_a_step_that_keeps_state_in_a_field_and_shows_the_smallest_schedule()
    {
        var simulation = new Simulation(
            log => log.Append("numbers", Enumerable.Range(0, 1000)), CountsInAField, log => log.Sorted<int>("counts"));

        var error = Assert.Throws<SimulationException>(() => simulation.Run(seeds: 20));

        var life = Assert.Single(error.Schedule.Lives);
        Assert.Equal((1, SimulatedEnd.Cancel, 1), (life.Workers, life.End, error.Schedule.LastWorkers));
        Assert.Contains("worker(s) up to a cancel, then to the end with 1 worker(s), with ", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Schedule.Records!.Count, 1, 50); // what is read before the first checkpoint, and one more
        Assert.Equal(simulation.Run(error.Schedule), simulation.Run(error.Schedule));
    }

    private static Pipeline CountsInAField()
    {
        var count = 0;
        var pipeline = new Pipeline("field");
        pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).Select(_ => ++count).To(Topic.Of<int>("counts"));
        return pipeline;
    }
}
