using System.Diagnostics;
using System.Globalization;
using Dataflow.Kafka;

namespace Dataflow.Perf.Kafka;

/// <summary>Measures how fast a process gets the state of a pipeline from Kafka.</summary>
internal static class Restore
{
    /// <summary>Fills the state once, and then starts the pipeline again and again.</summary>
    /// <param name="brokers">A broker.</param>
    /// <param name="keys">The number of keys.</param>
    /// <param name="rounds">The number of starts that count.</param>
    /// <param name="directory">The state directory; null: none.</param>
    public static async Task RunAsync(string brokers, int keys, int rounds, string? directory)
    {
        var name = $"restore-{Environment.ProcessId}";
        await using (var log = await KafkaLog.ConnectAsync(new KafkaCluster(brokers)))
        {
            await using var job = await Counting(name, keys).StartAsync(Options(log, directory));
            while (job.Status.StateEntries < keys && !job.Completion.IsCompleted) await Task.Delay(100);
            var start = Stopwatch.GetTimestamp();
            await job.StopAsync();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"stopped in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s"));
        }

        for (var round = 0; round <= rounds; round++)
        {
            await using var log = await KafkaLog.ConnectAsync(new KafkaCluster(brokers)); // knows nothing, as a new process
            await using var job = await Counting(name, keys).StartAsync(Options(log, directory));
            var (status, seconds) = (job.Status, job.Status.RestoreTime.TotalSeconds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{status.StateEntries} keys in {seconds:0.00} s: {status.StateEntries / seconds:0} keys/s; "
                    + $"{status.Restore.FromImages} shards from the disk, {status.Restore.LogBytes / 1e6:0.0} MB from Kafka"));
            await job.StopAsync();
        }
    }

    /// <summary>Counts numbers by themselves, and never ends.</summary>
    private static Pipeline Counting(string name, int keys)
    {
        var pipeline = new Pipeline(name);
        pipeline.From(Source.Of(Enumerable.Range(0, keys), "numbers")).KeyBy(static number => number)
            .Process(static () => new Number()).Values().To(Topic.Of<int>($"{name}-results"));
        pipeline.From(Topic.Of<int>($"{name}-more")).To(Topic.Of<int>($"{name}-results-of-more"));
        return pipeline;
    }

    private static JobOptions Options(KafkaLog log, string? directory) => new() { Log = log, StateDirectory = directory };

    private sealed class Number : KeyedProcess<int, int, (long Count, long Sum), int>
    {
        public override void OnRecord(in Record<int> record, ref (long Count, long Sum) state, ProcessContext<int, int> context)
            => state = (state.Count + 1, state.Sum + record.Value);
    }
}
