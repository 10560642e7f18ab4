using System.Buffers;
using Dataflow;
using Dataflow.Log;

namespace Stranger;

/// <summary>A value of a key at a time.</summary>
public sealed record Reading(int Key, long Time, long Value);

/// <summary>What steps of the tests take in.</summary>
internal static class Input
{
    public const int Partitions = 3;

    /// <summary>Readings in the order of time, those of a key in one partition.</summary>
    public static IReadOnlyList<Reading> Readings(int seed, int count = 240, int keys = 12)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => new Reading(random.Next(keys), (i * 10) + random.Next(10), i))];
    }

    public static void Write(this LogStore log, string topic, IEnumerable<Reading> readings, int partitions = Partitions)
        => log.Write(topic, readings, static reading => reading.Key, partitions);

    public static void Write<T>(
        this LogStore log, string topic, IEnumerable<T> values, Func<T, int> keyOf, int partitions = Partitions)
    {
        var found = log.CreateTopicAsync(topic, partitions).AsTask().GetAwaiter().GetResult();
        var (bytes, commit) = (new ArrayBufferWriter<byte>(), new LogCommit());
        foreach (var partition in values.GroupBy(value => keyOf(value) % partitions))
        {
            var records = new RecordBuffer();
            foreach (var value in partition)
            {
                bytes.ResetWrittenCount();
                Serde<T>.Default.Write(value, bytes);
                records.Append(0, bytes.WrittenSpan);
            }

            commit.Add(found, partition.Key, records);
        }

        log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>The readings of a topic, up to its end, by key.</summary>
    public static KeyedStream<int, Reading> Readings(this Pipeline pipeline, string topic)
        => pipeline.From(Topic.Of<Reading>(topic).StopAtEnd())
            .WithEventTime(static reading => reading.Time, name: $"time-of-{topic}")
            .KeyBy(static reading => reading.Key, $"key-of-{topic}");

    /// <summary>All values of a topic, in an order that does not depend on workers.</summary>
    public static IReadOnlyList<string> Sorted(this LogStore log, string topic)
        => log.TryGetTopic(topic, out _) ? [.. Topic.Of<string>(topic).ReadAll(log).Order(StringComparer.Ordinal)] : [];
}
