using System.Text;
using Dataflow.Log;

namespace Dataflow.Kafka.Tests;

/// <summary>Runs of pipelines on a log in memory.</summary>
internal static class Runs
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    public static LogStore OpenLog() => LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });

    public static Task RunOnAsync(this Pipeline pipeline, LogStore log)
        => pipeline.RunAsync(On(log, restarts: 0), TestContext.Current.CancellationToken).WaitAsync(s_longest);

    public static Task EndAsync(this Job job) => job.Completion.WaitAsync(s_longest);

    public static Task<Job> StartOnAsync(this Pipeline pipeline, LogStore log, int restarts = 0)
        => pipeline.StartAsync(On(log, restarts), TestContext.Current.CancellationToken);

    /// <summary>Appends a text to a topic of the log.</summary>
    public static void AppendText(this LogStore log, string topic, string value)
    {
        var records = new RecordBuffer();
        records.Append(0, Encoding.UTF8.GetBytes(value));
        var commit = new LogCommit();
        commit.Add(log.GetTopic(topic), 0, records);
        log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Reads a source to its end.</summary>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(Source<T> source, LogStore? log = null, ErrorPolicy? onError = null)
    {
        using var own = log is null ? OpenLog() : null;
        var results = Sink.Memory<T>();
        var pipeline = new Pipeline("read") { OnError = onError ?? ErrorPolicy.Stop };
        pipeline.From(source).To(results);
        await pipeline.RunOnAsync(log ?? own!);
        return [.. results.Committed];
    }

    /// <summary>Writes values to a sink.</summary>
    public static async Task WriteAsync<T>(Sink<T> sink, params IReadOnlyList<T> values)
    {
        using var log = OpenLog();
        var pipeline = new Pipeline("write");
        pipeline.From(Source.Of(values)).To(sink);
        await pipeline.RunOnAsync(log);
    }

    private static JobOptions On(LogStore log, int restarts) => new()
    {
        Log = log,
        Workers = 2,
        CheckpointInterval = TimeSpan.FromMilliseconds(20),
        Restarts = RestartPolicy.ExponentialDelay(restarts, TimeSpan.FromMilliseconds(10)),
    };
}
