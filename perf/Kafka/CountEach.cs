using Dataflow.Kafka;

namespace Dataflow.Perf.Kafka;

/// <summary>The program of <see cref="Latency"/> on this engine: it counts each key, and answers each record with its value.</summary>
internal static class CountEach
{
    public static async Task RunAsync(string brokers, string from, string to)
    {
        var kafka = new KafkaCluster(brokers);
        await using var log = await KafkaLog.ConnectAsync(kafka);
        var pipeline = new Pipeline($"count-each-{from}");
        pipeline.From(Source.KafkaRecords<long, byte[]>(from, kafka)).KeyBy(static record => record.Key)
            .Process(static () => new Counts()).Values().To(Topic.Of<byte[]>(to));
        await pipeline.RunAsync(new() { Log = log, Workers = 1, CheckpointInterval = TimeSpan.FromMilliseconds(100) });
    }

    private sealed class Counts : KeyedProcess<long, KafkaRecord<long, byte[]>, long, byte[]>
    {
        public override void OnRecord(in Record<KafkaRecord<long, byte[]>> record, ref long count, ProcessContext<long, byte[]> context)
        {
            count++;
            context.Emit(record.Value.Value!);
        }
    }
}
