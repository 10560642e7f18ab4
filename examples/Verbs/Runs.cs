using Dataflow;
using Dataflow.Log;
using Dataflow.Operations;

namespace Verbs;

/// <summary>Runs the examples so that they print the same at each run: one worker, a log in memory, a clock that stands still.</summary>
internal static class Runs
{
    extension(Pipeline pipeline)
    {
        /// <summary>Runs the pipeline to its end, and gives its last status.</summary>
        public async Task<JobStatus> RunInMemoryAsync()
        {
            await using var log = OpenLog();
            return await pipeline.RunOnAsync(log);
        }

        /// <summary>Runs the pipeline to its end on a log that outlives it.</summary>
        public async Task<JobStatus> RunOnAsync(LogStore log)
        {
            await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 1, Time = new StillClock() });
            await job.Completion;
            return job.Status;
        }
    }

    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>Prints each change of the table.</summary>
        public void PrintChanges(string name = "changes") => table.Changes().Pairs.To(Sink.Console<Keyed<TKey, Change<TRow>>>(Text, name));
    }

    /// <summary>A log in memory.</summary>
    public static LogStore OpenLog() => LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });

    private static string Text<TKey, TRow>(Keyed<TKey, Change<TRow>> pair) => pair.Value switch
    {
        { Kind: ChangeKind.Insert } change => $"insert  {pair.Key}: {change.New}",
        { Kind: ChangeKind.Delete } change => $"delete  {pair.Key}: {change.Old}",
        var change => $"update  {pair.Key}: {change.Old} -> {change.New}",
    };

    private sealed class StillClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Shop.At(0);

        public override long GetTimestamp() => 0;
    }
}
