using System.Buffers;
using System.Diagnostics;
using Dataflow.ByReference;
using Dataflow.Log;

namespace Dataflow.Perf.EndToEnd;

/// <summary>The workload: counts, sums and maxima of clicks by user and minute, from a topic to a topic.</summary>
/// <param name="clicks">The topic of the events.</param>
/// <param name="results">The topic of the results, which the pipeline is called after.</param>
internal sealed class ClicksPerMinute(string clicks, string results)
{
    private const int Partitions = 2;
    private static readonly TimeSpan OutOfOrderness = TimeSpan.FromSeconds(2);
    private static readonly WindowSpec Minutes = Tumbling.Every(TimeSpan.FromMinutes(1));

    public Pipeline Query(string kind) => kind switch
    {
        Settings.Generated => OfClass<GeneratedClick>(),
        Settings.Struct => OfStruct(),
        _ => OfClass<Click>(),
    };

    private Pipeline OfClass<TClick>()
        where TClick : ClickEvent
    {
        var pipeline = new Pipeline(results);
        pipeline.From(Topic.Of<TClick>(clicks).StopAtEnd())
            .Where(click => click.Kind != Kind.Search)
            .WithEventTime(click => click.Timestamp, OutOfOrderness)
            .KeyBy(click => click.UserId)
            .Window(Minutes)
            .Aggregate(
                a => (a.Count(), a.Sum(click => click.Amount), a.Max(click => click.LatencyMs)),
                (user, window, count, sum, max) => new UserMinute(window.StartMs, user, count, sum, max))
            .To(Topic.Of<UserMinute>(results));
        return pipeline;
    }

    private Pipeline OfStruct()
    {
        var pipeline = new Pipeline(results);
        pipeline.From(Topic.Of<StructClick>(clicks).StopAtEnd())
            .Where((in click) => click.Kind != Kind.Search)
            .WithEventTime((in click) => click.Timestamp, OutOfOrderness)
            .KeyBy((in click) => click.UserId)
            .Window(Minutes)
            .Aggregate(
                a => (a.Count(), a.Sum((in click) => click.Amount), a.Max((in click) => click.LatencyMs)),
                (user, window, count, sum, max) => new UserMinute(window.StartMs, user, count, sum, max))
            .To(Topic.Of<UserMinute>(results));
        return pipeline;
    }

    /// <summary>Appends all events; the time counts from the first encoding to the last acknowledgement.</summary>
    public async Task<double> FillAsync<TClick>(PartitionedLog log, long events, long keys)
        where TClick : ClickEvent, new()
    {
        await log.CreateTopicAsync(clicks, Partitions);
        var start = Stopwatch.GetTimestamp();
        await using var producer = log.CreateProducer(clicks);
        var generators = Enumerable.Range(0, Partitions)
            .Select(partition => new ClickGenerator(partition, events / Partitions, keys)).ToArray();
        var bytes = new ArrayBufferWriter<byte>();
        var serde = Serde<TClick>.Default;
        for (var i = 0L; i < events; i++)
        {
            var partition = (int)(i % Partitions);
            var click = generators[partition].Next<TClick>();
            bytes.ResetWrittenCount();
            serde.Write(click, bytes);
            await producer.AppendAsync(partition, click.Timestamp, bytes.WrittenMemory);
        }

        await producer.FlushAsync();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public (long Rows, string Checksum) Sum(PartitionedLog log)
    {
        long rows = 0, events = 0, maxima = 0;
        var sum = 0.0;
        foreach (var row in Topic.Of<UserMinute>(results).ReadAll(log))
        {
            rows++;
            events += row.Count;
            maxima += row.Max;
            sum += row.Sum;
        }

        return (rows, $"{rows}/{events}/{maxima}/{Math.Round(sum):0}");
    }
}
