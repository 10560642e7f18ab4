using Dataflow;
using Dataflow.Log;
using OwnSteps;

// Sources, verbs, an aggregate and sinks that are not part of Dataflow, used like those that are.
var folder = Directory.CreateTempSubdirectory("own-steps").FullName;
var chart = new BarChart<(string Label, double Spread)>(folder, hour => hour.Label, hour => hour.Spread);
var board = new Board<string, double>();
await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });

var job = await House().StartAsync(new JobOptions { Log = log, CheckpointInterval = TimeSpan.FromMilliseconds(5) });
while (!board.Rows.Any() && !job.Completion.IsCompleted) await Task.Delay(1);
await job.DisposeAsync(); // in the middle of it
await House().RunAsync(new JobOptions { Log = log }); // carries on

Console.WriteLine("How much the difference between ceiling and floor changed in each hour:");
foreach (var line in chart.Lines) Console.WriteLine(line);
foreach (var (room, difference) in board.Rows) Console.WriteLine($"Last seen in the {room}: {difference:F1} degrees.");
Directory.Delete(folder, recursive: true);

Pipeline House()
{
    var pipeline = new Pipeline("own-steps");
    var silent = new Output<DateTimeOffset>("silent");
    var floor = From(pipeline, new Sensors("floor", 0, "attic", "cellar")).Watch(TimeSpan.FromMinutes(20), silent);
    floor.SideOutput(silent).Pairs
        .To(Sink.Console<Keyed<string, DateTimeOffset>>(last => $"The {last.Key} is silent since {last.Value:HH:mm}."));

    var ceiling = pipeline.From(new Sensors("ceiling", 2, "attic", "cellar"))
        .WithEventTime(reading => reading.Time, new WholeHours(), name: "ceiling-time")
        .KeyBy(reading => reading.Room);
    var differences = Celsius(ceiling).Against(Celsius(floor));
    differences.Window(Tumbling.Every(TimeSpan.FromHours(1)))
        .Aggregate(
            a => (a.Count(), new Spread<double>(difference => difference)),
            (room, window, count, spread) => (Label: $"{room} {window.Start:HH:mm}, {count} readings", Spread: spread))
        .To(chart);
    differences.Window(new Tariff(TimeSpan.FromHours(4.5), TimeSpan.FromHours(22)), "tariff")
        .Aggregate(
            a => new Spread<double>(difference => difference),
            (room, window, spread) => $"Tariff of {window.Start:HH:mm} to {window.End:HH:mm}, {room}: {spread:F1} degrees.")
        .Values().To(Sink.Console<string>(name: "tariffs"));
    differences.ToTable("now").Changes().Pairs.To(board);
    return pipeline;
}

static KeyedStream<string, Reading> From(Pipeline pipeline, Sensors sensors)
    => pipeline.From(sensors).WithEventTime(reading => reading.Time, name: $"{sensors.Name}-time").KeyBy(reading => reading.Room);

static KeyedStream<string, double> Celsius(KeyedStream<string, Reading> readings)
    => readings.Select(reading => reading.Celsius);
