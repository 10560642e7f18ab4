using Dataflow;

namespace Verbs;

/// <summary>Windows that overlap, of one length and of two.</summary>
internal static class HoppingExample
{
    public static async Task RunAsync()
    {
        Reading[] input = [new(0, "attic", 18), new(9, "attic", 20), new(10, "attic", 25)];
        var pipeline = new Pipeline("hopping");
        var readings = pipeline.From(Source.Of(input))
            .WithEventTime(reading => reading.Time)
            .KeyBy(reading => reading.Room);

        readings.Window(Hopping.Of(size: TimeSpan.FromMinutes(10), every: TimeSpan.FromMinutes(5)))
            .Aggregate(
                a => a.Max(reading => reading.Celsius),
                (room, window, max) => $"{window.Start:HH:mm} to {window.End:HH:mm}: {max} degrees")
            .To(Sink.Console<string>());
        TimeSpan[] sizes = [TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(20)];
        readings.Window(Hopping.Of(sizes, every: TimeSpan.FromMinutes(10)), "sizes")
            .Aggregate(
                a => a.Count(),
                (room, window, count) => $"{(window.End - window.Start).TotalMinutes} minutes to {window.End:HH:mm}: {count}")
            .To(Sink.Console<string>(name: "sizes"));

        await pipeline.RunInMemoryAsync();
    }
}
