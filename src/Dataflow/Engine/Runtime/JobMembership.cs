using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Standby;
using Dataflow.State;

namespace Dataflow.Runtime;

/// <summary>A job's part in the work of its pipeline, kept from one run to the next: only then does nothing move that need not, and is
/// nothing read that is in memory.</summary>
internal sealed class JobMembership : IAsyncDisposable
{
    private PartitionedLog? _log;
    private LogMembership? _member;
    private KeptState? _kept;

    /// <summary>The copies of what other processes have; null where none are kept.</summary>
    public Copies? Copies { get; private set; }

    /// <summary>The membership on a log; a log that the job has opened itself is another one at each run.</summary>
    public LogMembership On(PartitionedLog log, Plan plan)
    {
        if (!ReferenceEquals(_log, log))
            (_log, _member) = (log, log.Join(plan.Pipeline, Shards.Count, areShared: plan.ReasonsNotToShare.Count == 0));
        return _member!;
    }

    /// <summary>Keeps the state of a run that has ended, for the next.</summary>
    public void Keep(JobRun run) => _kept = KeptState.Of(run);

    /// <summary>Waits for the next shards.</summary>
    /// <returns>These, and the state of those whose last run has left it in memory.</returns>
    public async Task<(ShardSet Shards, KeptState? Kept)> NextAsync(CancellationToken cancellationToken)
    {
        var kept = _kept;
        _kept = null; // for one run: if that does not begin, nothing in memory is known to be what was committed
        var shards = ShardSet.Of(await _member!.NextAsync(cancellationToken).ConfigureAwait(false));
        return (shards, kept?.Only(shards & ShardSet.Of(_member.Held)));
    }

    /// <summary>Keeps copies of shards that others have, as long as the job runs.</summary>
    public void Follow(JobRun run)
    {
        if (run.Options is not { Standbys: > 0 and var standbys, Log: { } log }) return;
        run.Copies = Copies ??= new Copies(log, standbys, run.Options.JobLog!);
        Copies.Follow(run.Coordinator.Topics, run.ShardMap.Owned, _member!.MayBeShared);
    }

    public ValueTask DisposeAsync()
    {
        Copies?.Dispose();
        return _member?.DisposeAsync() ?? default;
    }
}
