using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Dataflow.Perf.Kafka;

/// <summary>How long a record takes through a program that counts each key exactly once and answers each record with its value: from the
/// call that produces it until a <c>read_committed</c> consumer has the answer. The program is a process of its own.</summary>
/// <param name="brokers">The cluster.</param>
/// <param name="command">The program, to which the cluster and the topics to read and to write are added.</param>
internal sealed class Latency(string brokers, IReadOnlyList<string> command)
{
    private const int Partitions = 4;
    private const int Keys = 1000;
    private const int PerMillisecond = 10;
    private const int WarmupSeconds = 20;
    private const int Seconds = 40;

    private readonly string _from = $"latency-{Environment.ProcessId}";
    private readonly string _to = $"latency-{Environment.ProcessId}-answers";

    public async Task RunAsync()
    {
        using (var admin = new AdminClientBuilder([new("bootstrap.servers", brokers)]).Build())
        {
            await admin.CreateTopicsAsync(
                [.. new[] { _from, _to }.Select(static name => new TopicSpecification { Name = name, NumPartitions = Partitions })]);
        }

        using var program = Process.Start(command[0], [.. command.Skip(1), brokers, _from, _to]);
        try
        {
            var producing = Task.Factory.StartNew(Produce, TaskCreationOptions.LongRunning);
            Tell(Consume());
            await producing;
        }
        finally
        {
            program.Kill(entireProcessTree: true);
            await program.WaitForExitAsync();
        }
    }

    private void Produce()
    {
        using var producer = new ProducerBuilder<long, byte[]>([new("bootstrap.servers", brokers), new("linger.ms", "1")]).Build();
        var start = Stopwatch.GetTimestamp();
        for (var millisecond = 0; millisecond < (WarmupSeconds + Seconds) * 1000; millisecond++)
        {
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < millisecond) Thread.Sleep(1);
            for (var i = 0; i < PerMillisecond; i++)
            {
                var sent = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64BigEndian(sent, Stopwatch.GetTimestamp());
                producer.Produce(_from, new() { Key = ((millisecond * PerMillisecond) + i) % Keys, Value = sent });
            }
        }

        producer.Flush();
    }

    /// <summary>Returns the latencies in ms of all records that were sent after the warm-up.</summary>
    private List<double> Consume()
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(
            [
                new("bootstrap.servers", brokers), new("group.id", _to), new("isolation.level", "read_committed"),
                new("fetch.wait.max.ms", "10"), new("enable.auto.commit", "false"),
            ]).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(_to, partition, Offset.Beginning)));
        var (latencies, start) = (new List<double>(), Stopwatch.GetTimestamp());
        for (var answers = 0; answers < (WarmupSeconds + Seconds) * 1000 * PerMillisecond; answers++)
        {
            var answer = consumer.Consume(TimeSpan.FromSeconds(60)) ?? throw new TimeoutException("No answer came for a minute.");
            var sent = BinaryPrimitives.ReadInt64BigEndian(answer.Message.Value);
            if (Stopwatch.GetElapsedTime(start, sent).TotalSeconds > WarmupSeconds)
                latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }

        return latencies;
    }

    private static void Tell(List<double> latencies)
    {
        latencies.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{latencies.Count:N0} records, ms: p50 {At(0.5):0}, p90 {At(0.9):0}, p99 {At(0.99):0}, p99.9 {At(0.999):0}, max {At(1):0}"));

        double At(double share) => latencies[(int)((latencies.Count - 1) * share)];
    }
}
