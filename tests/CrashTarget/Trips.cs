using System.Buffers;
using Dataflow.Log;

namespace Dataflow.CrashTarget;

public sealed record Trip(long Id, string City, long TimeMs, long Fare);

public sealed record City(string Code, string Name);

public sealed record CityFares(string City, string Name, long WindowStart, long Trips, long Fares, long Highest);

public sealed record CityPause(string City, long LastTripMs, long Trips, long Fares);

/// <summary>A pipeline with every kind of state, over trips that are the same in every run.</summary>
public static class Trips
{
    public const string Topic = "trips";
    public const string FaresTopic = "city-fares";
    public const string PausesTopic = "city-pauses";

    private const int Partitions = 3;
    private const int Cities = 12;
    private const long StartMs = 1_700_000_000_000;

    private static readonly TimeSpan PauseAfter = TimeSpan.FromSeconds(30);

    public static Pipeline Pipeline()
    {
        var pipeline = new Pipeline("trips");
        var cities = pipeline.Table(Source.Of(CityList(), "cities"), city => city.Code);
        var trips = pipeline.From(Dataflow.Topic.Of<Trip>(Topic).StopAtEnd())
            .Where(trip => trip.Fare % 10 != 0)
            .WithEventTime(trip => trip.TimeMs, maxOutOfOrderness: TimeSpan.FromSeconds(5))
            .KeyBy(trip => trip.City);

        trips.Window(Hopping.Of(TimeSpan.FromSeconds(60), every: TimeSpan.FromSeconds(20)))
            .Aggregate(
                a => (a.Count(), a.Sum(trip => trip.Fare), a.Max(trip => trip.Fare)),
                (city, window, count, sum, max) => new CityFares(city, "", window.StartMs, count, sum, max))
            .Join(cities, (fares, city) => fares with { Name = city.Name })
            .To(Dataflow.Topic.Of<CityFares>(FaresTopic));

        trips.Process(() => new PauseDetector((long)PauseAfter.TotalMilliseconds))
            .To(Dataflow.Topic.Of<CityPause>(PausesTopic));
        return pipeline;
    }

    /// <summary>Writes the trips in commits of some hundreds; a second call goes on where a killed one stopped.</summary>
    public static async Task FillAsync(LogStore log, int count)
    {
        var topic = await log.CreateTopicAsync(Topic, Partitions);
        var written = Enumerable.Range(0, Partitions).Sum(topic.EndOffset);
        var random = new Random(1);
        var bytes = new ArrayBufferWriter<byte>();
        const int TripsInCommit = 500;
        for (var first = 0; first < count; first += TripsInCommit)
        {
            var buffers = Enumerable.Range(0, Partitions).Select(_ => new RecordBuffer()).ToArray();
            for (var id = first; id < Math.Min(count, first + TripsInCommit); id++)
            {
                var trip = NextTrip(id, random);
                bytes.ResetWrittenCount();
                Serde<Trip>.Default.Write(trip, bytes);
                buffers[id % Partitions].Append(trip.TimeMs, bytes.WrittenSpan);
            }

            if (first < written) continue;
            var commit = new LogCommit();
            for (var partition = 0; partition < Partitions; partition++) commit.Add(topic, partition, buffers[partition]);
            await log.CommitAsync(commit);
        }
    }

    /// <summary>All committed results, in an order that does not depend on how workers took turns.</summary>
    public static IReadOnlyList<string> Results(LogStore log)
        => [.. Read<CityFares>(log, FaresTopic), .. Read<CityPause>(log, PausesTopic)];

    private static IEnumerable<string> Read<T>(LogStore log, string topic)
        => log.TryGetTopic(topic, out _)
            ? Dataflow.Topic.Of<T>(topic).ReadAll(log).Select(row => row!.ToString()!).Order(StringComparer.Ordinal)
            : [];

    // Every fifth city has no row in the table: the join misses it.
    private static IEnumerable<City> CityList()
        => Enumerable.Range(0, Cities).Where(i => i % 5 != 0).Select(i => new City($"c{i}", $"City {i}"));

    private static Trip NextTrip(int id, Random random)
        => new(id, $"c{random.Next(Cities) * random.Next(Cities) / Cities}", StartMs + (id * 40L) + random.Next(5000), random.Next(1000));
}

/// <summary>What the detector knows of a city.</summary>
public record struct PauseState(long Last, long Count, long Fares);

/// <summary>Reports a city once no trip has come for a while, and forgets it.</summary>
public sealed class PauseDetector(long afterMs) : KeyedProcess<string, Trip, PauseState, CityPause>
{
    public override void OnRecord(in Record<Trip> record, ref PauseState state, ProcessContext<string, CityPause> context)
    {
        state.Last = Math.Max(state.Last, record.Timestamp);
        state.Count++;
        state.Fares += record.Value.Fare;
        context.SetTimer(state.Last + afterMs);
    }

    public override void OnTimer(long timestamp, ref PauseState state, ProcessContext<string, CityPause> context)
    {
        if (timestamp != state.Last + afterMs) return;
        context.Emit(new CityPause(context.Key, state.Last, state.Count, state.Fares));
        context.ClearState();
    }
}
