using System.Buffers;
using Dataflow.Log;

namespace Dataflow.Tests;

/// <summary>Topics as tests fill and look at them, outside any pipeline.</summary>
internal static class TestTopics
{
    /// <summary>Appends values to a partition, in one commit; makes the topic where it is missing.</summary>
    public static void Append<T>(this LogStore log, string topic, IEnumerable<T> values, int partition = 0, int partitions = 1)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var records = new RecordBuffer();
        foreach (var value in values)
        {
            bytes.ResetWrittenCount();
            Serde<T>.Default.Write(value, bytes);
            records.Append(0, bytes.WrittenSpan);
        }

        log.AppendBytes(topic, records, partition, partitions);
    }

    /// <summary>Appends encoded records to a partition.</summary>
    public static void AppendBytes(this LogStore log, string topic, RecordBuffer records, int partition = 0, int partitions = 1)
    {
        if (!log.TryGetTopic(topic, out var found))
            found = log.CreateTopicAsync(topic, partitions).AsTask().GetAwaiter().GetResult();
        var commit = new LogCommit();
        commit.Add(found, partition, records);
        log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>All committed values of a topic, as text and sorted, so that the order of workers does not show.</summary>
    public static IReadOnlyList<string> Sorted<T>(this LogStore log, string topic)
        => [.. Topic.Of<T>(topic).ReadAll(log).Select(value => value!.ToString()!).Order(StringComparer.Ordinal)];
}
