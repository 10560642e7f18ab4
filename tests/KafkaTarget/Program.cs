using Dataflow;
using Dataflow.Kafka;

// Numbers the records of each key, from a topic to a topic, until the end; to be killed at any moment and started again.
// KafkaTarget <brokers> <topic to read> <topic to write> [<directory of the log, which is on Kafka otherwise>]
var (kafka, from, to) = (new KafkaCluster(args[0]), args[1], args[2]);
await using var log = args.Length > 3 ? null : await KafkaLog.ConnectAsync(kafka);
var pipeline = new Pipeline($"numbering-{to}");
pipeline.From(Source.Kafka<string>(from, kafka, stopAtEnd: true))
    .KeyBy(static key => key)
    .Process(static () => new Numbering())
    .Values()
    .To(Sink.Kafka(to, kafka, static (string line) => line.Split(':')[0]));

await using var job = await pipeline.StartAsync(new JobOptions
{
    Log = log,
    Directory = args.ElementAtOrDefault(3) ?? "",
    CheckpointInterval = TimeSpan.FromMilliseconds(50),
});
Console.WriteLine("running");
await job.Completion;

/// <summary>Numbers the records of a key.</summary>
internal sealed class Numbering : KeyedProcess<string, string, long, string>
{
    public override void OnRecord(in Record<string> record, ref long state, ProcessContext<string, string> context)
        => context.Emit($"{context.Key}:{++state}");
}
