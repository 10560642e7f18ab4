using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.State;

namespace Dataflow.Runtime;

/// <summary>A job's part in the work of its pipeline, kept from one run to the next: only then does nothing move that need not.</summary>
internal sealed class JobMembership : IAsyncDisposable
{
    private PartitionedLog? _log;
    private LogMembership? _member;

    /// <summary>The membership on a log; a log that the job has opened itself is another one at each run.</summary>
    public LogMembership On(PartitionedLog log, Plan plan)
    {
        if (!ReferenceEquals(_log, log))
            (_log, _member) = (log, log.Join(plan.Pipeline, Shards.Count, areShared: plan.ReasonsNotToShare.Count == 0));
        return _member!;
    }

    public ValueTask DisposeAsync() => _member?.DisposeAsync() ?? default;
}
