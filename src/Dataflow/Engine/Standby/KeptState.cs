using Dataflow.Checkpoints;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow.Standby;

/// <summary>The state that a run has left in memory. The next run of the process takes the shards from it that it still has, instead of
/// reading them.</summary>
internal sealed class KeptState
{
    private readonly IReadOnlyList<IState> _states;
    private readonly Snapshots _snapshots;

    private KeptState(IReadOnlyList<IState> states, ShardSet shards, Snapshots snapshots)
        => (_states, Shards, _snapshots) = (states, shards, snapshots);

    /// <summary>The shards that it has.</summary>
    public ShardSet Shards { get; }

    /// <summary>Keeps the state of a run that has ended; null if that may differ from its last checkpoint.</summary>
    public static KeptState? Of(JobRun run)
    {
        if (!run.Coordinator.HasStopped || run.ShardMap.Owned.IsEmpty) return null;
        using var scope = run.Plan.Serdes.Enter();
        if (!run.Tasks.All(static task => task.IsSaved())) return null;
        return new([.. run.Tasks.SelectMany(static task => task.States)], run.ShardMap.Owned, run.Coordinator.Snapshots);
    }

    /// <summary>Leaves only some of the shards.</summary>
    public KeptState Only(ShardSet shards) => new(_states, Shards & shards, _snapshots);

    /// <summary>Gives the entries of some shards to a run, state by state; safe for several threads at once.</summary>
    public void ForEach(ShardSet shards, Action<uint, long, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> visit)
    {
        foreach (var state in _states) state.ForEach(shards & Shards, (ns, key, value) => visit(state.Id, ns, key, value));
    }

    /// <summary>Lets the snapshots of a run count on.</summary>
    public void CountFor(Snapshots snapshots) => snapshots.GoOnFrom(_snapshots, Shards);
}
