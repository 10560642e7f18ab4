using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Features.Tests;

/// <summary>Features served at many moments of a running job equal the training rows of those moments and what DuckDB says.</summary>
public sealed class ServingEqualsTrainingTests
{
    private const int Moments = 10_000;
    private const int FlightsAtOnce = 2;
    private const int MomentsBetween = 5; // of which one tells of new flights

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Served_features_equal_training_rows_as_known_bit_for_bit_and_DuckDB(int workers)
    {
        var flights = FlightFeatures.Read((Moments + 1) * FlightsAtOnce);
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        var answers = await ServeAsync(log, flights, workers);

        var pipeline = new Pipeline("training");
        var rows = Sink.Memory<Row>();
        pipeline.JoinFeaturesAsKnown(
                Source.Of(answers.Select(static answer => answer.Answer), "answers"),
                FlightFeatures.Service(pipeline, stopsAtEnd: true, TimeSpan.FromMinutes(15)),
                answer => answer.Flight,
                answer => answer.Cut,
                (answer, features) => new Row(answer.Number, features))
            .To(rows);
        await pipeline.RunAsync(new JobOptions { Log = log, Workers = workers }, TestContext.Current.CancellationToken);

        var trained = rows.Committed.OrderBy(static row => row.Number).ToList();
        Assert.Equal(Moments, trained.Count);
        foreach (var (served, row) in answers.Zip(trained)) AssertSame(served.Features, row.Features);
        Agrees(FlightFeatures.AskDuckDB(flights, answers.Select(static answer => answer.Answer)), trained);
        Assert.Contains(trained, static row => row.Features["delay_mean_1h"].Status == FeatureStatus.Present);
        Assert.Contains(trained, static row => row.Features["delay_mean_1h"].Status == FeatureStatus.Missing);
        Assert.Contains(trained, static row => row.Features["delay_mean_1h"].Status == FeatureStatus.Expired);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Training_rows_as_of_a_time_equal_DuckDB_whatever_came_late(int workers)
    {
        var flights = FlightFeatures.Read(20_000);
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        FlightFeatures.Append(log, flights);
        var random = new Random(7);
        var asked = Enumerable.Range(0, 2_000)
            .Select(i => (Flight: flights[random.Next(flights.Count)], Number: i, LaterMs: random.Next(100_000_000)))
            .Select(static ask => new Answer(
                ask.Number, ask.Flight.DepartureMs + ask.LaterMs, ask.Flight, CutAt(ask.Flight.DepartureMs + ask.LaterMs)))
            .OrderBy(static answer => answer.AtMs).ToList();

        var pipeline = new Pipeline("training");
        var rows = Sink.Memory<Row>();
        var service = FlightFeatures.Service(pipeline, stopsAtEnd: true, lateness: TimeSpan.FromDays(3));
        pipeline.From(Source.Of(asked, "asked")).WithEventTime(answer => answer.AtMs, name: "asked-at")
            .JoinFeatures(service, answer => answer.Flight, (answer, features) => new Row(answer.Number, features))
            .To(rows);
        await pipeline.RunAsync(new JobOptions { Log = log, Workers = workers }, TestContext.Current.CancellationToken);

        var trained = rows.Committed.OrderBy(static row => row.Number).ToList();
        Agrees(FlightFeatures.AskDuckDB(flights, asked, knowsAll: true), trained);
    }

    private static FeatureCut CutAt(long time) => new([new(time, time, 0, "", 0)]);

    /// <summary>Tells of flights, asks after each few, and kills the job in the middle.</summary>
    private static async Task<List<(Answer Answer, FeatureVector Features)>> ServeAsync(LogStore log, List<Flight> flights, int workers)
    {
        FlightFeatures.Append(log, flights.Take(FlightsAtOnce));
        var answers = new List<(Answer Answer, FeatureVector Features)>();
        var (job, reader) = await StartAsync(log, workers);
        for (var moment = 0; moment < Moments; moment++)
        {
            if (moment % MomentsBetween == 0)
            {
                FlightFeatures.Append(log, flights.Skip((moment + 1) * FlightsAtOnce).Take(FlightsAtOnce * MomentsBetween));
                while (job.Status is var status && (status.RecordsRead == 0 || status.Lag > FlightsAtOnce * MomentsBetween / 2)
                    && !job.Completion.IsCompleted)
                    await Task.Yield(); // who asks may be faster than the job
            }

            if (moment == Moments / 2)
            {
                // reads may be faster than the first of them
                while (job.Status.Checkpoints.Last == 0 && !job.Completion.IsCompleted) await Task.Delay(5);
                await job.DisposeAsync(); // what came after the last checkpoint is done again
                (job, reader) = await StartAsync(log, workers);
                Assert.True(job.StartedFrom > 0);
            }

            var flight = flights[moment * FlightsAtOnce];
            var at = flight.ToldMs + (moment % 7 == 0 ? 70_000_000L : 0); // now and then far ahead, where much has expired
            var features = reader.Read(flight, DateTimeOffset.FromUnixTimeMilliseconds(at));
            answers.Add((new Answer(moment, at, flight, features.Cut), features));
        }

        await job.DisposeAsync();
        return answers;
    }

    private static async Task<(Job Job, FeatureReader<Flight> Reader)> StartAsync(LogStore log, int workers)
    {
        var pipeline = new Pipeline("serving");
        var service = FlightFeatures.Service(pipeline, stopsAtEnd: false, lateness: TimeSpan.FromMinutes(15)).Serve();
        var job = await pipeline.StartAsync(
            new JobOptions { Log = log, Workers = workers, CheckpointInterval = TimeSpan.FromMilliseconds(30) },
            TestContext.Current.CancellationToken);
        return (job, job.Read(service));
    }

    private static void AssertSame(FeatureVector served, FeatureVector trained)
    {
        for (var i = 0; i < served.Count; i++)
            Assert.True(served[i] == trained[i], $"{served.Names[i]}: served {served[i]}, trained {trained[i]}");
    }

    private static void Agrees(
        List<(int Number, long Hour, double? Mean, double? Deviation, int? Worst, long Day, long Destinations, int? Last, double? Week)>
            expected,
        List<Row> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (theirs, (number, ours)) in expected.Zip(actual))
        {
            Assert.Equal(theirs.Number, number);
            if (ours["flights_1h"].Status == FeatureStatus.Expired) continue;
            Assert.Equal(theirs.Hour, ours["flights_1h"].As<long>());
            Assert.Equal(theirs.Mean, ValueOf(ours["delay_mean_6h"]));
            Assert.Equal(theirs.Deviation ?? 0, ValueOf(ours["delay_deviation_1d"]) is double d and not double.NaN ? d : 0, 1e-9);
            Assert.Equal(theirs.Worst, ours["delay_max_7d"].ToObject());
            Assert.Equal(theirs.Day, ours["late_1d"].As<long>());
            Assert.Equal(theirs.Destinations, ours["destinations_1d"].ToObject() ?? 0L);
            Assert.Equal(theirs.Last, ours["delay_last"].ToObject());
            Assert.Equal(theirs.Week, ValueOf(ours["delay_mean_7d"]));
        }
    }

    private static double? ValueOf(FeatureValue value) => value.HasValue ? value.As<double>() : null;

    public sealed record Row(int Number, FeatureVector Features);
}
