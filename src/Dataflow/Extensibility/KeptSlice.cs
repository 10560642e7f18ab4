using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Dataflow.State;

/// <summary>The kept records whose ends fall into one slice of time, in the order of arrival.</summary>
/// <remarks>A checkpoint writes one stretch: the records added since the previous one. The few older ones that have had their first partner
/// since are listed, and written once more.</remarks>
/// <param name="start">The slice's first moment.</param>
/// <param name="chains">The place of each key's records in this slice.</param>
/// <param name="spare">Free pages, which slices pass on to each other.</param>
internal sealed class KeptSlice<TKey, T>(long start, KeyedState<TKey, KeptChain> chains, Stack<byte[]> spare)
    : ITimeSlice
    where TKey : notnull
{
    private readonly PagedBytes _pages = new(spare);
    private List<long> _matched = []; // since the last cut, of records from before it
    private List<long> _frozenMatched = [];
    private int _nextFrozenMatched;
    private long _written;
    private long _frozen;
    private ulong _writtenShards;

    public long Start => start;

    public int Count { get; private set; }

    public KeptRecord<TKey, T> this[long place] => new(_pages.From(place));

    /// <summary>The place of the first record of a key; negative: there is none.</summary>
    public long First(TKey key) => chains.TryGet(key, out var chain) ? chain.First : -1;

    /// <summary>Adds a record as the last of its key.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="changeKey">The key of the record's change.</param>
    /// <param name="limits">The limits; with <paramref name="value"/>, the value of its change.</param>
    /// <param name="value">The record's value.</param>
    public void Add(TKey key, ReadOnlySpan<byte> changeKey, in KeptLimits limits, ReadOnlySpan<byte> value)
    {
        var links = new KeptLinks
        {
            Next = -1,
            Hash = KeyCodec<TKey>.Default.Hash(key),
            KeyBytes = changeKey.Length,
            ValueBytes = Unsafe.SizeOf<KeptLimits>() + value.Length,
            IsMatched = limits.IsMatched,
        };
        var place = _pages.Add(links.Bytes);
        var bytes = _pages.From(place).AsSpan();
        MemoryMarshal.Write(bytes, in links);
        bytes = bytes[Unsafe.SizeOf<KeptLinks>()..];
        changeKey.CopyTo(bytes);
        MemoryMarshal.Write(bytes[changeKey.Length..], in limits);
        value.CopyTo(bytes[(changeKey.Length + Unsafe.SizeOf<KeptLimits>())..]);
        ref var chain = ref chains.Update(key, out var exists);
        if (exists) this[chain.Last].Links.Next = place;
        else chain.First = place;
        chain.Last = place;
        Count++;
    }

    /// <summary>Adds a record of the checkpoint that the job carries on from.</summary>
    public void Restore(TKey key, ReadOnlySpan<byte> changeKey, ReadOnlySpan<byte> changeValue)
    {
        Add(key, changeKey, in MemoryMarshal.AsRef<KeptLimits>(changeValue), changeValue[Unsafe.SizeOf<KeptLimits>()..]);
        _written = _frozen = _pages.End;
        _writtenShards |= 1UL << Shards.Of(KeyCodec<TKey>.Default.Hash(key));
    }

    /// <summary>Marks that a record has had a partner.</summary>
    public void MarkMatched(long place, in KeptRecord<TKey, T> record)
    {
        if (record.Links.IsMatched) return;
        record.Links.IsMatched = true;
        if (place >= _frozen) record.Limits.IsMatched = true;
        else _matched.Add(place);
    }

    /// <summary>Begins a new epoch: records added in the one before are frozen and await <see cref="WriteFrozen"/>.</summary>
    public void Flip()
    {
        _frozen = _pages.End;
        (_matched, _frozenMatched) = (_frozenMatched, _matched);
        _nextFrozenMatched = 0;
    }

    /// <summary>Writes about <paramref name="budget"/> frozen records; true when none is left.</summary>
    public bool WriteFrozen(Changes changes, uint state, ref int budget)
    {
        for (_written = _pages.After(_written, 0); _written < _frozen && budget > 0; budget--)
        {
            var record = this[_written];
            Write(changes, state, in record);
            _written = _pages.After(_written, record.Links.Bytes);
        }

        for (; _nextFrozenMatched < _frozenMatched.Count && budget > 0; budget--)
        {
            var record = this[_frozenMatched[_nextFrozenMatched++]];
            record.Limits.IsMatched = true;
            Write(changes, state, in record);
        }

        if (_written < _frozen || _nextFrozenMatched < _frozenMatched.Count) return false;
        _frozenMatched.Clear();
        return true;
    }

    /// <summary>Calls <paramref name="visit"/> for each record, in the order of arrival.</summary>
    public void ForEach<TContext>(TContext context, Action<TContext, KeptRecord<TKey, T>> visit)
    {
        for (var place = 0L; place < _pages.End;)
        {
            var record = this[place];
            visit(context, record);
            place = _pages.After(place, record.Links.Bytes);
        }
    }

    /// <summary>Frees the memory and removes the slice from later checkpoints. Frozen records are written first.</summary>
    public void Drop(Changes changes, uint state)
    {
        var all = int.MaxValue;
        WriteFrozen(changes, state, ref all);
        changes.Drop(state, start, _writtenShards);
        _pages.Clear();
    }

    private void Write(Changes changes, uint state, in KeptRecord<TKey, T> record)
    {
        changes.Put(state, start, record.Links.Hash, record.ChangeKey.Span, record.ChangeValue.Span);
        _writtenShards |= 1UL << Shards.Of(record.Links.Hash);
    }
}

/// <summary>The places of a key's first and last record.</summary>
internal record struct KeptChain(long First, long Last);
