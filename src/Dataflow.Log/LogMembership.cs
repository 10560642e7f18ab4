namespace Dataflow.Log;

/// <summary>The part that this process has in the work of a name, which other processes may share. Work is counted in units, from 0; each
/// is one process's at a time.</summary>
/// <remarks>For one caller at a time, except for <see cref="Moving"/>, <see cref="Coming"/> and <see cref="Prepared"/>.</remarks>
public abstract class LogMembership : IAsyncDisposable
{
    /// <summary>The owner of this process's commits: see <see cref="LogCommit.Owner"/>. Changes only in
    /// <see cref="NextAsync"/>.</summary>
    public abstract string Owner { get; }

    /// <summary>Whether other processes may have some of the units. Default false.</summary>
    public virtual bool MayBeShared => false;

    /// <summary>Whether another process may take the units over while this one still runs, since it stood still. It can commit nothing
    /// more then, but it may not know that yet. Default true.</summary>
    public virtual bool MayMove => true;

    /// <summary>Completes when more units are this process's, beside those it has: with these; nobody else can commit for them any more.
    /// <see cref="Moving"/> waits for <see cref="Prepared"/> then, unless the process is to give some up, so that it goes on with what it
    /// has while it reads what it needs for the others. Another task after each call of <see cref="NextAsync"/>. Default:
    /// never.</summary>
    public virtual Task<IReadOnlyList<int>> Coming { get; } = new TaskCompletionSource<IReadOnlyList<int>>().Task;

    /// <summary>Completes when the units of this process are about to change: with true if they are still its own, so that it commits what
    /// it has done before it calls <see cref="NextAsync"/>; with false if they are lost. Another task after each call of that.</summary>
    public abstract Task<bool> Moving { get; }

    /// <summary>Gives up the units that others are to have, and waits for those that this process has next. All that others have committed
    /// for these is then visible, and they can commit nothing more.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The units, in ascending order; none if other processes have all.</returns>
    /// <exception cref="LogException">The log does not answer.</exception>
    public abstract ValueTask<IReadOnlyList<int>> NextAsync(CancellationToken cancellationToken = default);

    /// <summary>The units of the last <see cref="NextAsync"/> that this process had before it too, and never gave up: nobody else has
    /// committed for them, as long as this process can commit. Default: none.</summary>
    public virtual IReadOnlyList<int> Held => [];

    /// <summary>Says that the process is ready for the units of <see cref="Coming"/>.</summary>
    public virtual void Prepared()
    {
    }

    /// <summary>A number that rises whenever a process takes units: of those who believe that they have a unit, the one with the highest
    /// term does. Changes only in <see cref="NextAsync"/>. 0, the default: only one process can believe it.</summary>
    public virtual long Term => 0;

    /// <summary>Learns from elsewhere that another process has taken units of this one: <see cref="Moving"/> completes with false. For any
    /// thread. By default it does nothing.</summary>
    public virtual void ShutOut()
    {
    }

    /// <summary>Leaves: others get the units.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>The membership of the only process that works in a name: one that comes later shuts it out.</summary>
internal sealed class OnlyMember(PartitionedLog log, string owner, int units) : LogMembership
{
    public override string Owner => owner;

    public override bool MayMove => false;

    public override Task<bool> Moving { get; } = new TaskCompletionSource<bool>().Task;

    public override async ValueTask<IReadOnlyList<int>> NextAsync(CancellationToken cancellationToken = default)
    {
        await log.FenceAsync(owner, cancellationToken).ConfigureAwait(false);
        return [.. Enumerable.Range(0, units)];
    }

    public override ValueTask DisposeAsync() => default;
}
