using Confluent.Kafka;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>The part of this process in the work of a name: a consumer group says which units it is to have, claims make sure that nobody
/// else commits for them.</summary>
internal sealed class KafkaMembership : LogMembership
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5); // for units, before others are known to have all

    private static readonly Task<IReadOnlyList<int>> s_never = new TaskCompletionSource<IReadOnlyList<int>>().Task;

    private readonly KafkaLog _log;
    private readonly KafkaCluster _kafka;
    private readonly string _name;
    private readonly int _units;
    private readonly bool _areShared;
    private readonly SemaphoreSlim _turn = new(1); // of those who write claims
    private LogTopic? _claims; // set by the first call
    private GroupConsumer? _group;
    private string _owner;
    private Task<IReadOnlyList<int>> _coming = s_never;
    private bool _hasClaims;
    private bool _hasLeft;
    private IReadOnlyList<int> _held = [];
    private long _term; // the offset behind the claim

    public KafkaMembership(KafkaLog log, KafkaCluster kafka, string name, int units, bool areShared)
    {
        (_log, _kafka, _name, _units, _areShared) = (log, kafka, name, units, areShared);
        _owner = NewOwner();
    }

    public override string Owner => _owner;

    public override bool MayBeShared => _areShared;

    public override Task<bool> Moving => _group!.Moving;

    public override Task<IReadOnlyList<int>> Coming => _coming;

    public override IReadOnlyList<int> Held => _held;

    public override long Term => _term;

    /// <summary>The name of the topic of the claims. Its one partition stands for all units where they are not shared.</summary>
    public static string ClaimsOf(string name) => $"dataflow.{name}.claims";

    public override async ValueTask<IReadOnlyList<int>> NextAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                try
                {
                    var units = await GiveAndTakeAsync(cancellationToken).ConfigureAwait(false);
                    _coming = _areShared && units.Count > 0 ? ClaimComingAsync(_group!.Coming, units) : s_never;
                    return units;
                }
                catch (ShutOutException)
                {
                    // Another process has claimed some of it meanwhile. As another owner it gets what the group says now.
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<IReadOnlyList<int>> GiveAndTakeAsync(CancellationToken cancellationToken)
    {
        if (_group is null) await JoinAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        else await GiveUpAsync().ConfigureAwait(false);
        try
        {
            var units = UnitsOf(await _group!.TakeAsync(LongestWait, cancellationToken).ConfigureAwait(false));
            if (units.Count > 0) _term = await ClaimAsync(units, cancellationToken).ConfigureAwait(false);
            _held = [.. _held.Intersect(units)];
            return units;
        }
        catch (KafkaException error)
        {
            throw KafkaErrors.OfLog(_kafka, $"group '{_name}'", error.Error);
        }
    }

    public override void Prepared() => _group!.Prepared();

    public override void ShutOut() => _group?.ShutOut();

    public override async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        _hasLeft = true;
        _turn.Release();
        if (_group is not null) await LeaveAsync(_group).ConfigureAwait(false);
        _log.Leave(this);
    }

    private async Task LeaveAsync(GroupConsumer group)
    {
        if (_hasClaims && !IsShutOut) await ((Task)WriteClaimAsync([])).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Run(group.Dispose).ConfigureAwait(false);
    }

    private bool IsShutOut => Moving is { IsCompletedSuccessfully: true, Result: false };

    private string NewOwner() => $"{_name}.{Guid.NewGuid():n}";

    private IReadOnlyList<int> UnitsOf(IReadOnlyList<int> assigned)
        => _areShared ? assigned : assigned.Count > 0 ? [.. Enumerable.Range(0, _units)] : [];

    private async Task JoinAsync()
    {
        _claims = await _log.CreateCompactedAsync(ClaimsOf(_name), 1).ConfigureAwait(false);
        var shared = _areShared ? await _log.CreateCompactedAsync($"dataflow.{_name}.shards", _units).ConfigureAwait(false) : _claims;
        _group = new GroupConsumer(_kafka, _name, shared.Name);
    }

    /// <summary>Gives up what others are to have. A process that was shut out goes on as another owner.</summary>
    /// <remarks>What is left is held: who claims some of it shuts this owner out first. So the claims that follow can be written only if
    /// nobody has, and a writer that was begun anew, which could write in any case, holds nothing.</remarks>
    private async Task GiveUpAsync()
    {
        _held = [];
        if (IsShutOut)
        {
            _log.Retire(_owner);
            (_owner, _hasClaims) = (NewOwner(), false);
        }
        else if (_hasClaims)
        {
            var isSame = !_log.Renew(_owner);
            var kept = UnitsOf(_group!.Kept);
            await WriteClaimAsync(kept).ConfigureAwait(false);
            if (isSame) _held = kept;
        }

        _group!.Release();
    }

    /// <summary>Claims units as soon as the group gives them: a process that was killed may have left a commit open, which holds up whoever
    /// reads what it has written.</summary>
    private async Task<IReadOnlyList<int>> ClaimComingAsync(Task<IReadOnlyList<int>> coming, IReadOnlyList<int> units)
    {
        var added = await coming.ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (coming == _group!.Coming && !_hasLeft) await ClaimAsync([.. units, .. added], CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }

        return added;
    }

    /// <summary>Claims units; returns the term of the claim.</summary>
    private async Task<long> ClaimAsync(IReadOnlyList<int> units, CancellationToken cancellationToken)
    {
        var term = await WriteClaimAsync(units).ConfigureAwait(false);
        var others = Claims.Read(_log, _claims!, term).Where(claim => claim.Key != _owner && claim.Value.Units.Intersect(units).Any());
        foreach (var (owner, _) in others)
        {
            await _log.ShutOutAsync(owner, cancellationToken).ConfigureAwait(false);
            await WriteAsync(records => Claims.Append(records, owner, [])).ConfigureAwait(false);
        }

        return term;
    }

    private Task<long> WriteClaimAsync(IReadOnlyList<int> units)
    {
        _hasClaims = units.Count > 0;
        return WriteAsync(records => Claims.Append(records, _owner, units));
    }

    /// <summary>Writes to the claims; returns the offset behind.</summary>
    private async Task<long> WriteAsync(Action<RecordBuffer> append)
    {
        var records = new RecordBuffer();
        append(records);
        var commit = new LogCommit { Owner = _owner };
        commit.Add(_claims!, 0, records);
        await _log.CommitAsync(commit, CancellationToken.None).ConfigureAwait(false);
        return commit.Appends[0].BaseOffset + 1;
    }
}
