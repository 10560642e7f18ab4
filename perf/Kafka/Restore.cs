using System.Globalization;
using Dataflow.Kafka;

namespace Dataflow.Perf.Kafka;

/// <summary>Measures how fast a process gets the state of a pipeline from Kafka.</summary>
internal static class Restore
{
    public static async Task RunAsync(string brokers, int keys, int rounds)
    {
        var name = $"restore-{Environment.ProcessId}";
        await using (var log = await KafkaLog.ConnectAsync(new KafkaCluster(brokers)))
        {
            await using var job = await Counting(name, keys).StartAsync(Options(log));
            while (job.Status.StateEntries < keys && !job.Completion.IsCompleted) await Task.Delay(100);
            await job.StopAsync();
        }

        for (var round = 0; round <= rounds; round++)
        {
            await using var log = await KafkaLog.ConnectAsync(new KafkaCluster(brokers)); // knows nothing, as a new process
            await using var job = await Counting(name, keys).StartAsync(Options(log));
            var (status, seconds) = (job.Status, job.Status.RestoreTime.TotalSeconds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{status.StateEntries} keys in {seconds:0.00} s: {status.StateEntries / seconds:0} keys/s"));
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

    private static JobOptions Options(KafkaLog log) => new() { Log = log };

    private sealed class Number : KeyedProcess<int, int, (long Count, long Sum), int>
    {
        public override void OnRecord(in Record<int> record, ref (long Count, long Sum) state, ProcessContext<int, int> context)
            => state = (state.Count + 1, state.Sum + record.Value);
    }
}
