using System.Buffers;
using Dataflow.Log;

namespace Dataflow.Perf.Nexmark;

/// <summary>The topic of events, which are appended before a query reads them.</summary>
internal static class EventTopic
{
    private const string Name = "auction-house";
    private const long Block = 1000;

    public static Topic<Event> Events { get; } = Topic.Of<Event>(Name);

    /// <summary>Appends the first events of the stream; the partitions take turns by blocks.</summary>
    public static async Task FillAsync(PartitionedLog log, EventGenerator generator, long events, int partitions)
    {
        await log.CreateTopicAsync(Name, partitions);
        await using var producer = log.CreateProducer(Name);
        var bytes = new ArrayBufferWriter<byte>();
        for (var n = 0L; n < events; n++)
        {
            var @event = generator.Create(n);
            bytes.ResetWrittenCount();
            Serde<Event>.Default.Write(@event, bytes);
            await producer.AppendAsync((int)(n / Block % partitions), @event.DateTime, bytes.WrittenMemory);
        }

        await producer.FlushAsync();
    }
}
