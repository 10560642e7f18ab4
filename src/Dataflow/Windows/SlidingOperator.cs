namespace Dataflow.Windows;

/// <summary>Emits for each record the aggregate of its key's window up to it, once no record can come in between.</summary>
/// <remarks>The state holds the aggregate of each key's moment, as long as a window reaches back to it. Totals are computed from it, also
/// after a restart.</remarks>
internal sealed class SlidingOperator<TKey, T, TAccumulator, TResult, TOut>(
    SlidingWindows windows,
    WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
    : WindowOperator<TKey, T, TAccumulator, TResult, TOut>(aggregate)
    where TKey : notnull
{
    private readonly PriorityQueue<TKey, long> _due = new(); // moments that wait for the watermark
    private readonly Queue<KeyPart<TKey>> _given = []; // the other moments, oldest first
    private readonly Dictionary<TKey, SlidingTotal<TAccumulator>> _totals = [];
    private readonly HashSet<TKey> _broken = []; // keys without a total because merging failed
    private KeyedState<KeyPart<TKey>, OpenWindow<TAccumulator>> _moments = null!;
    private bool _isSorted;

    protected override long OpenWindows => _due.Count;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var moment = new KeyPart<TKey>(record.Value.Key, record.Timestamp);
        ref var there = ref _moments.Update(moment, out var exists);
        if (!TryAdd(ref there.Value, !exists, in record))
        {
            if (!exists) _moments.Remove(moment);
            return;
        }

        there.Pending++;
        if (record.Timestamp < Watched)
        {
            Touch();
            _isSorted = false; // moments emitted while all input was idle are processed once more
        }

        if (!exists) _due.Enqueue(moment.Key, moment.Part);
    }

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        _moments = declare.State<KeyPart<TKey>, OpenWindow<TAccumulator>>("moments");
    }

    protected override void Open()
    {
        base.Open();
        Sort();
    }

    protected override void Close(long watermark)
    {
        GiveBefore(watermark, Firing.OnTime);
        while (_given.TryPeek(out var oldest) && oldest.Part <= watermark - windows.SizeMs) Forget(_given.Dequeue());
    }

    protected override void LookAtQuiet(long quiet, long from) => Looked(quiet, GiveBefore(quiet, Firing.Quiet));

    /// <summary>Emits the results of the moments before a time; returns the last of them.</summary>
    private long GiveBefore(long watermark, Firing firing)
    {
        if (!_isSorted) Sort();
        var last = long.MinValue;
        while (_due.TryPeek(out var key, out var time) && time < watermark)
        {
            _due.Dequeue();
            Give(new KeyPart<TKey>(key, time), firing);
            last = time + 1;
        }

        return last;
    }

    private void Give(KeyPart<TKey> moment, Firing firing)
    {
        _moments.TryGet(moment, out var there);
        _given.Enqueue(moment);
        var window = windows.EndingWith(moment.Part) with { Firing = firing, FiringIndex = there.Firings };
        TAccumulator value;
        long records;
        try
        {
            var total = Add(moment, in there);
            records = total.Records;
            if (there.Firings > 0 && there.First == records) return; // no record was added to the window since its last results
            value = total.Total();
        }
        catch (OperatorException error) when (Break(moment.Key))
        {
            for (var i = 0; i < there.Pending; i++) Reject(error, window.ToString());
            return;
        }

        for (var i = 0; i < there.Pending; i++) EmitResult(moment.Key, window, in value, moment.Part);
        if (firing != Firing.Quiet) return;
        ref var given = ref _moments.Update(moment, out _);
        given.Firings++;
        given.First = records;
    }

    private SlidingTotal<TAccumulator> Add(KeyPart<TKey> moment, in OpenWindow<TAccumulator> there)
    {
        if (_broken.Count > 0 && _broken.Contains(moment.Key)) Mend(moment);
        if (!_totals.TryGetValue(moment.Key, out var total))
            _totals.Add(moment.Key, total = new SlidingTotal<TAccumulator>(Create, Merge));
        total.RemoveUpTo(moment.Part - windows.SizeMs);
        total.Add(moment.Part, there.Value, there.Pending);
        return total;
    }

    private void Forget(KeyPart<TKey> moment)
    {
        _moments.Remove(moment);
        if (!_totals.TryGetValue(moment.Key, out var total)) return;
        try
        {
            total.RemoveUpTo(moment.Part);
            if (total.IsEmpty) _totals.Remove(moment.Key);
        }
        catch (OperatorException) when (Break(moment.Key))
        {
        }
    }

    /// <summary>Drops a key's total that the user's code has left inconsistent; false where the error stops the job.</summary>
    private bool Break(TKey key)
    {
        _totals.Remove(key);
        _broken.Add(key);
        return Context.KeepsRejected;
    }

    /// <summary>Computes a key's total anew from its state before a moment.</summary>
    private void Mend(KeyPart<TKey> before)
    {
        var total = new SlidingTotal<TAccumulator>(Create, Merge);
        foreach (var moment in _given)
        {
            if (moment.Part <= before.Part - windows.SizeMs || moment.Part >= before.Part) continue;
            if (!EqualityComparer<TKey>.Default.Equals(moment.Key, before.Key)) continue;
            _moments.TryGet(moment, out var there);
            total.Add(moment.Part, there.Value, there.Pending);
        }

        _broken.Remove(before.Key);
        _totals[before.Key] = total;
    }

    /// <summary>Separates moments whose results were emitted from those that wait, and computes the totals of the former.</summary>
    private void Sort()
    {
        _isSorted = true;
        _due.Clear();
        _given.Clear();
        _totals.Clear();
        var moments = new List<(KeyPart<TKey> Moment, OpenWindow<TAccumulator> There)>(_moments.Count);
        _moments.ForEach(moments, static (moments, moment, in there) => moments.Add((moment, there)));
        foreach (var (moment, there) in moments.OrderBy(static moment => moment.Moment.Part))
        {
            if (moment.Part < Times.Of(moment.Key)) Restore(moment, in there);
            else _due.Enqueue(moment.Key, moment.Part);
        }
    }

    private void Restore(KeyPart<TKey> moment, in OpenWindow<TAccumulator> there)
    {
        _given.Enqueue(moment);
        try
        {
            Add(moment, in there);
        }
        catch (OperatorException) when (Break(moment.Key))
        {
        }
    }
}
