using System.Runtime.CompilerServices;

namespace Dataflow.Tables;

/// <summary>Keeps an accumulator for each key, and emits at most one change per key for each batch.</summary>
internal abstract class GroupOperator<TKey, TInput, T, TA, TR, TOut>(Aggregation<T, TA, TR> aggregation, Func<TKey, TR, TOut> result)
    : Operator<Keyed<TKey, TInput>, Keyed<TKey, Change<TOut>>>, ITableRows<TKey, TOut>, IPrefetches<Keyed<TKey, TInput>>
    where TKey : notnull
{
    private readonly List<Changed> _changed = [];
    // A row that is the accumulator itself, or holds it, has changed in place: it is equal to itself.
    private readonly bool _comparesRows = !aggregation.ResultMayChange
        || typeof(TOut) == typeof(string) || !RuntimeHelpers.IsReferenceOrContainsReferences<TOut>();

    private KeyedState<TKey, GroupState<TA>> _groups = null!;
    private long _newest = long.MinValue;
    private AcceptedRows<TKey, TOut> _sent = null!; // rows that are in force while the user's code fails on newer ones

    static GroupOperator() => GeneratedCodecs.Add(new Generated.Dataflow_Tables_GroupState_1.Form<TA>());

    protected Aggregation<T, TA, TR> Aggregation { get; } = aggregation;

    /// <summary>The intake, which adds each value whole or not at all; null where an error stops the job.</summary>
    protected Intake<T, TA>? Intake { get; private set; }

    public override void Process(in Record<Keyed<TKey, TInput>> record) => TryChange(in record, record.Value.Key, record.Value.Value);

    public bool Prefetch(in Record<Keyed<TKey, TInput>> record) => _groups.Prefetch(record.ValueRef().Key);

    public override void EndOfBatch() => EmitChanges();

    public override void Advance(long watermark)
    {
        EmitChanges(); // changes before the watermark are emitted before it
        base.Advance(watermark);
    }

    public override void Idle(Idleness idleness)
    {
        EmitChanges();
        base.Idle(idleness);
    }

    public bool TryGet(TKey key, out TOut row)
    {
        var found = _groups.TryGet(key, out var group);
        return TryGet(key, found, in group, out row);
    }

    public void ForEach(Action<TKey, TOut> visit)
        => _groups.ForEach((Step: this, Visit: visit), static (to, key, in group) =>
        {
            if (to.Step.TryGet(key, exists: true, in group, out var row)) to.Visit(key, row);
        });

    protected override void Declare(StepDeclaration declare)
    {
        _groups = declare.State<TKey, GroupState<TA>>("groups");
        _sent = declare.AcceptedRows<TKey, TOut>("sent");
    }

    protected override void Open() => Intake = Context.KeepsRejected ? Aggregation.OpenIntake() : null;

    /// <summary>Adds a value to its group, or retracts it; if that fails without stopping the job, the group is as it was.</summary>
    protected abstract void Change(ref GroupState<TA> group, in TInput input);

    /// <summary>Changes a group; false if the user's code failed on it, so that nothing has changed.</summary>
    protected bool TryChange(in Record<Keyed<TKey, TInput>> record, TKey key, in TInput input)
    {
        var changed = _changed.Count;
        try
        {
            ref var group = ref Touch(key, out var exists);
            if (!exists) group.Accumulator = Aggregation.Create();
            Change(ref group, in input);
        }
        catch (Exception error)
        {
            if (_changed.Count > changed) ForgetLast();
            Reject(error, in record);
            return false;
        }

        Reach(record.Timestamp);
        return true;
    }

    /// <summary>Returns the group of a key, whose row is emitted at the end of the batch if it has changed by then.</summary>
    protected ref GroupState<TA> Touch(TKey key, out bool exists)
    {
        ref var group = ref _groups.Touch(key, out exists, out var isFirst);
        if (isFirst) Remember(key, in group);
        return ref group;
    }

    /// <summary>Records the time of a value that changed its group.</summary>
    protected void Reach(long time)
    {
        if (time > _newest) _newest = time;
    }

    private void Remember(TKey key, in GroupState<TA> group)
    {
        try
        {
            var hasOld = TryGet(key, exists: true, in group, out var old);
            _changed.Add(new(key, hasOld, old));
        }
        catch
        {
            _groups.Untouch(key);
            throw;
        }
    }

    /// <summary>Returns the row of a key that is in force: the last one emitted.</summary>
    private bool TryGet(TKey key, bool exists, in GroupState<TA> group, out TOut row)
    {
        if (_sent.TryGet(key, out var isSent, out row)) return isSent;

        var found = exists && group.Count != 0;
        row = found ? RowOf(key, in group) : default!;
        return found;
    }

    /// <summary>Unmarks the last touched key as changed.</summary>
    private void ForgetLast()
    {
        var key = _changed[^1].Key;
        _changed.RemoveAt(_changed.Count - 1);
        if (_groups.Untouch(key).Count == 0) _groups.Remove(key);
    }

    private void EmitChanges()
    {
        if (_changed.Count == 0) return;
        foreach (var changed in _changed) Emit(changed);
        _changed.Clear();
        _newest = long.MinValue;
    }

    private void Emit(Changed changed)
    {
        ref var group = ref _groups.Untouch(changed.Key);
        Change<TOut> change;
        if (group.Count == 0)
        {
            _groups.Remove(changed.Key);
            _sent.Forget(changed.Key);
            if (!changed.HasOld) return;
            change = Change<TOut>.Delete(changed.Old);
        }
        else
        {
            if (!TryMakeRow(changed, in group, out var row)) return;
            if (changed.HasOld && _comparesRows && RowEquality<TOut>.AreSame(changed.Old, row)) return;
            change = changed.HasOld ? Change<TOut>.Update(changed.Old, row) : Change<TOut>.Insert(row);
        }

        Emit(new Record<Keyed<TKey, Change<TOut>>>(new(changed.Key, change), _newest, default));
    }

    private bool TryMakeRow(Changed changed, in GroupState<TA> group, out TOut row)
    {
        try
        {
            row = RowOf(changed.Key, in group);
            _sent.Forget(changed.Key);
            return true;
        }
        catch (Exception error)
        {
            Reject(error, new Record<TKey>(changed.Key, _newest, default));
            _sent.Keep(changed.Key, changed.HasOld, changed.Old);
            row = default!;
            return false;
        }
    }

    private TOut RowOf(TKey key, in GroupState<TA> group) => result(key, Aggregation.Result(in group.Accumulator));

    /// <summary>A key that changed in this batch, with its row before the batch.</summary>
    private readonly record struct Changed(TKey Key, bool HasOld, TOut Old);
}
