using System.Globalization;
using Dataflow.Kafka;

namespace Dataflow.Perf.Kafka;

/// <summary>The pipeline whose state moves: it counts numbers by themselves, and tells which process has counted one that comes
/// again.</summary>
internal static class Counting
{
    public const int Partitions = 8;

    public static Topic<int> NumbersOf(string name) => Topic.Of<int>($"{name}-numbers", Partitions);

    public static Topic<long> ResultsOf(string name) => Topic.Of<long>($"{name}-results", 1);

    public static (int Process, int Number) Read(ReadOnlyMemory<byte> result)
    {
        var value = Serde<long>.Default.Read(result);
        return ((int)(value >> 32), (int)value);
    }

    /// <summary>Runs one of the processes until it is killed. It says twice a second how much state it has, and why it has started
    /// again.</summary>
    public static async Task RunAsync(string brokers, string name, int standbys)
    {
        await using var log = await KafkaLog.ConnectAsync(new KafkaCluster(brokers).With("session.timeout.ms", "6000"));
        var pipeline = new Pipeline(name);
        pipeline.From(NumbersOf(name)).KeyBy(static number => number).Process(static () => new Number()).Values().To(ResultsOf(name));
        await using var job = await pipeline.StartAsync(new()
        {
            Log = log,
            CheckpointInterval = TimeSpan.FromMilliseconds(100),
            Standbys = standbys,
        });
        for (var restarts = 0; !job.Completion.IsCompleted;)
        {
            var status = job.Status;
            if (status.Restarts > restarts) await Console.Error.WriteLineAsync($"Restart {restarts = status.Restarts}: {status.LastError}");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{status.StateEntries} {status.Copies.Sum(static copy => copy.Entries)}"));
            await Task.Delay(500);
        }

        await job.Completion;
    }

    private sealed class Number : KeyedProcess<int, int, long, long>
    {
        public override void OnRecord(in Record<int> record, ref long count, ProcessContext<int, long> context)
        {
            if (++count > 1) context.Emit(((long)Environment.ProcessId << 32) | (uint)record.Value);
        }
    }
}
