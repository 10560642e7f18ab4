using Dataflow.Testing;

namespace Dataflow.Features.Tests.Docs;

public class DriverTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 3, 28, 12, 0, 0, TimeSpan.Zero);

    private static readonly DriverHour[] s_hours =
        [new(1001, s_noon, 0.5, 0.9, 10), new(1002, s_noon, 0.1, 0.8, 3), new(1001, s_noon.AddHours(1), 0.7, 0.9, 12)];

    [Fact]
    public void A_training_row_has_what_was_known_before_its_time()
    {
        var pipeline = new Pipeline("training");
        Label[] asked = [new(1001, s_noon.AddMinutes(30), true), new(1001, s_noon.AddHours(2), false)];
        var labels = pipeline.From(Source.Of(asked, "labels"));
        var rows = Sink.Memory<TrainingRow>();
        Drivers.Rows(labels, pipeline.From(Source.Of(s_hours, "hours"))).To(rows);

        Assert.Equal([new TrainingRow(true, 0.5, 10), new TrainingRow(false, 0.7, 12)], Harness.Run(pipeline, rows));
    }
}
