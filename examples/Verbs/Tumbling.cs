using Dataflow;

namespace Verbs;

/// <summary>Windows one after the other.</summary>
internal static class TumblingExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("tumbling");
        var readings = pipeline.From(Source.Of<Reading>([new(0, "attic", 18), new(9, "attic", 20), new(10, "attic", 24)]))
            .WithEventTime(reading => reading.Time)
            .KeyBy(reading => reading.Room);

        readings.Window(Tumbling.Every(TimeSpan.FromMinutes(10)))
            .Aggregate(
                a => a.Mean(reading => reading.Celsius),
                (room, window, mean) => $"{window.Start:HH:mm} to {window.End:HH:mm}: {mean} degrees")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
