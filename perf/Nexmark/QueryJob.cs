using Dataflow.Log;

namespace Dataflow.Perf.Nexmark;

/// <summary>Starts queries, each as a job of its own on a log on disk.</summary>
internal static class QueryJob
{
    /// <summary>Does something with a new log, and deletes it.</summary>
    public static async Task<T> OnNewLogAsync<T>(Settings settings, string query, Func<LogStore, Task<T>> run)
    {
        var directory = Path.Combine(settings.Directory, $"nexmark-{query}-{Environment.ProcessId}");
        try
        {
            await using var log = LogStore.Open(directory);
            return await run(log);
        }
        finally
        {
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }
    }

    public static Task<Job> StartAsync(Settings settings, string query, LogStore log, Results results, Pace? pace = null)
    {
        var pipeline = new Pipeline(query);
        var house = settings.ThroughLog
            ? AuctionHouse.InLog(settings.Generator)
            : AuctionHouse.Made(settings.Generator, settings.Events, settings.Workers, pace);
        Queries.All[query](pipeline, house, results);
        return pipeline.StartAsync(new JobOptions
        {
            Log = log,
            Workers = settings.Workers,
            CheckpointInterval = TimeSpan.FromMilliseconds(settings.CheckpointMs),
        });
    }
}
