using Dataflow;
using Dataflow.Log;
using OwnSteps;

// A source, a verb, an aggregate and a sink that are not part of Dataflow, used like those that are.
var pipeline = new Pipeline("own-steps");

pipeline.From(new Sensors("cellar", "attic"))
    .WithEventTime(reading => reading.Time)
    .KeyBy(reading => reading.Sensor)
    .Changes(reading => reading.Celsius)
    .Window(Tumbling.Every(TimeSpan.FromHours(1)))
    .Aggregate(
        a => (a.Count(), new Spread<Reading>(reading => reading.Celsius)),
        (sensor, window, changes, spread) => (Label: $"{sensor} {window.Start:HH:mm}, {changes} changes", Spread: spread))
    .To(new BarChart<(string Label, double Spread)>(hour => hour.Label, hour => hour.Spread));

await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
await pipeline.RunAsync(new JobOptions { Log = log });
