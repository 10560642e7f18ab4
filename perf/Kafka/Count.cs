using System.Diagnostics;
using System.Globalization;
using Dataflow.Kafka;

namespace Dataflow.Perf.Kafka;

/// <summary>Counts the records of each key in windows of ten seconds, exactly once, on one worker: a job that Kafka Streams has too, so
/// that both can be run beside each other.</summary>
internal static class Count
{
    /// <param name="brokers">The cluster.</param>
    /// <param name="topic">The topic to read to its end: keys of eight bytes, any values.</param>
    /// <param name="broker">The broker's process, whose time is told too; 0: none.</param>
    /// <param name="rounds">How often each way is run; the first time it also warms up.</param>
    public static async Task RunAsync(string brokers, string topic, int broker, int rounds)
    {
        var kafka = new KafkaCluster(brokers);
        for (var round = 0; round < rounds; round++)
        {
            var name = $"count-{Environment.ProcessId}-{round}";
            await using (var log = await KafkaLog.ConnectAsync(kafka))
            {
                var counts = Topic.Of<Counted>($"{name}-counts", 4);
                var onKafka = Counting(name, topic, kafka, stream => stream.To(counts));
                Tell("state on Kafka", await CostOfAsync(onKafka, new() { Log = log }, broker));
            }

            var directory = Directory.CreateTempSubdirectory("perf-kafka-").FullName;
            var sink = Sink.Kafka($"{name}-local", kafka, static (Counted counted) => counted.Key);
            using (var admin = new Confluent.Kafka.AdminClientBuilder([new("bootstrap.servers", brokers)]).Build())
                await admin.CreateTopicsAsync([new() { Name = $"{name}-local", NumPartitions = 4 }]);
            var here = Counting(name, topic, kafka, stream => stream.To(sink));
            Tell("state here", await CostOfAsync(here, new() { Directory = directory }, broker));
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Pipeline Counting(string name, string topic, KafkaCluster kafka, Action<Stream<Counted>> write)
    {
        var pipeline = new Pipeline(name);
        write(pipeline.From(Source.KafkaRecords<long, byte[]>(topic, kafka, stopAtEnd: true))
            .WithEventTime(static record => record.Timestamp)
            .KeyBy(static record => record.Key)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(10)))
            .Aggregate(static a => a.Count(), static (key, window, count) => new Counted(key, window.Start.ToUnixTimeSeconds(), count))
            .Values());
        return pipeline;
    }

    private static async Task<(Cost Own, double Broker)> CostOfAsync(Pipeline pipeline, JobOptions options, int broker)
    {
        options = options with { Workers = 1, CheckpointInterval = TimeSpan.FromMilliseconds(100) };
        var before = ProcessorTimeOf(broker);
        var records = 0L;
        var cost = await Cost.OfAsync(1, async () =>
        {
            await using var job = await pipeline.StartAsync(options);
            await job.Completion;
            records = job.Status.RecordsRead;
        });
        return (cost with { Records = (int)records }, ProcessorTimeOf(broker) - before);
    }

    private static double ProcessorTimeOf(int process)
    {
        if (process == 0) return 0;
        using var found = Process.GetProcessById(process);
        return found.TotalProcessorTime.TotalSeconds;
    }

    private static void Tell(string way, (Cost Own, double Broker) cost) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{way}: {cost.Own.Records:N0} records, {cost.Own}, and {cost.Broker / cost.Own.Records * 1e9:N0} ns in the broker"));
}

/// <summary>The number of a key's records in a window, which begins at a second since the Unix epoch.</summary>
internal readonly record struct Counted(long Key, long Window, long Count);
