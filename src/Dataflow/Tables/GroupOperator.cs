using System.Runtime.CompilerServices;
using Dataflow.State;

namespace Dataflow.Tables;

/// <summary>Keeps an accumulator for each key, and hands on each batch's changes of rows, one for each key.</summary>
internal abstract class GroupOperator<TKey, TInput, T, TA, TR, TOut>(Aggregation<T, TA, TR> aggregation, Func<TKey, TR, TOut> result)
    : Operator<Keyed<TKey, TInput>, Keyed<TKey, Change<TOut>>>, IRows<TKey, TOut>
    where TKey : notnull
{
    private readonly List<Changed> _changed = [];
    private KeyedState<TKey, GroupState<TA>> _groups = null!;
    private long _newest = long.MinValue;
    private bool _restores; // a group whose user's code failed half way, where a copy suffices for that

    protected Aggregation<T, TA, TR> Aggregation { get; } = aggregation;

    public override void Process(in Record<Keyed<TKey, TInput>> record)
    {
        ref var group = ref Touch(record.Value.Key, out var exists);
        if (!exists) group.Accumulator = Aggregation.Create();
        var before = _restores ? group : default;
        try
        {
            Change(ref group, record.Value.Value);
        }
        catch (Exception error)
        {
            if (_restores) group = before; // of several aggregates in one pass, some may have taken the value
            Reject(error, in record);
            return;
        }

        Reach(record.Timestamp);
    }

    public override void EndOfBatch() => EmitChanges();

    public override void Advance(long watermark)
    {
        EmitChanges(); // what came before the watermark goes out before it
        base.Advance(watermark);
    }

    public bool TryGet(TKey key, out TOut row)
    {
        var found = _groups.TryGet(key, out var group) && group.Count != 0;
        row = found ? RowOf(key, in group) : default!;
        return found;
    }

    public void ForEach(Action<TKey, TOut> visit)
        => _groups.ForEach((Step: this, Visit: visit), static (to, key, ref group) =>
        {
            if (group.Count != 0) to.Visit(key, to.Step.RowOf(key, in group));
        });

    protected override void Open()
    {
        _groups = Context.OpenState<TKey, GroupState<TA>>("groups");
        _restores = Context.KeepsRejected && !RuntimeHelpers.IsReferenceOrContainsReferences<TA>();
    }

    /// <summary>Adds a value to its group, or takes it back.</summary>
    protected abstract void Change(ref GroupState<TA> group, in TInput input);

    /// <summary>The group of a key, whose row goes out at the end of the batch if it is another then.</summary>
    protected ref GroupState<TA> Touch(TKey key, out bool exists)
    {
        ref var group = ref _groups.Touch(key, out exists, out var isFirst);
        if (isFirst) Remember(key, in group);
        return ref group;
    }

    /// <summary>Learns the time of a value that changed its group.</summary>
    protected void Reach(long time)
    {
        if (time > _newest) _newest = time;
    }

    private void Remember(TKey key, in GroupState<TA> group)
    {
        var hasOld = group.Count != 0;
        TOut old = default!;
        try
        {
            if (hasOld) old = RowOf(key, in group);
        }
        catch (Exception)
        {
            hasOld = false; // that row was rejected when it was to go out, so it is not in force
        }

        _changed.Add(new(key, hasOld, old));
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
            if (!changed.HasOld) return;
            change = Change<TOut>.Delete(changed.Old);
        }
        else
        {
            if (!TryMakeRow(changed.Key, in group, out var row)) return;
            change = changed.HasOld ? Change<TOut>.Update(changed.Old, row) : Change<TOut>.Insert(row);
        }

        Emit(new Record<Keyed<TKey, Change<TOut>>>(new(changed.Key, change), _newest, default));
    }

    private bool TryMakeRow(TKey key, in GroupState<TA> group, out TOut row)
    {
        try
        {
            row = RowOf(key, in group);
            return true;
        }
        catch (Exception error)
        {
            Reject(error, new Record<TKey>(key, _newest, default));
            row = default!;
            return false;
        }
    }

    private TOut RowOf(TKey key, in GroupState<TA> group) => result(key, Aggregation.Result(in group.Accumulator));

    /// <summary>A key that changed in this batch, with its row before.</summary>
    private readonly record struct Changed(TKey Key, bool HasOld, TOut Old);
}
