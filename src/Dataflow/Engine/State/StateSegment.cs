using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Dataflow.State;

/// <summary>A key and its value in a table of state.</summary>
internal struct StateEntry<TKey, TValue>
{
    public uint Hash; // 0: empty
    public byte Mark; // 0: unchanged; else the mark of the epoch in which it changed
    public bool IsTouched; // until Untouch; in no checkpoint
    public bool IsUnkept; // until KeepTexts; in no checkpoint
    public bool IsWritten; // since it was added or restored
    public TKey Key;
    public TValue Value;
}

/// <summary>A part of a table of state: a hash table with open addressing, of a bounded size.</summary>
/// <param name="capacity">The number of slots: a power of two.</param>
/// <param name="bits">See <see cref="Bits"/>.</param>
internal sealed class StateSegment<TKey, TValue>(int capacity, int bits)
    where TKey : notnull
{
    private const int BlockShift = 8; // entries are searched for changes in blocks of 256
    private const int MinCapacity = 16;
    private const int MinToShrink = 1024;
    private const int CacheLine = 64;
    private const int MinToPrefetch = 1 << 19; // bytes
    private const int Ahead = 12; // slots: of about every second one something is fetched

    private int _shift = ShiftFor(capacity);
    private uint _multiplier = MultiplierFor(ShiftFor(capacity));
    private int _growAt = GrowAt(capacity);
    private bool[] _changed = new bool[Blocks(capacity)];
    private bool[] _frozen = new bool[Blocks(capacity)];
    private int _nextFrozen;

    /// <summary>The number of slots from which on it is split: at most two megabytes of them, but for large entries.</summary>
    public static int MaxCapacity { get; }
        = Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)((1 << 20) / Unsafe.SizeOf<StateEntry<TKey, TValue>>())), 1 << 10, 1 << 15);

    public StateEntry<TKey, TValue>[] Entries { get; private set; } = new StateEntry<TKey, TValue>[capacity];

    public int Capacity => Entries.Length;

    public int Count { get; private set; }

    /// <summary>The number of first bits that the spread hashes of all its keys share.</summary>
    public int Bits { get; private set; } = bits;

    public bool IsFull => Count == _growAt;

    /// <summary>Whether a table that is this segment alone is larger than the processor's caches.</summary>
    public bool IsWorthPrefetching => Sse.IsSupported && (long)Capacity * Unsafe.SizeOf<StateEntry<TKey, TValue>>() >= MinToPrefetch;

    /// <summary>Whether there are far more slots than are needed, because there were more keys once.</summary>
    public static bool IsSparse(int count, int slots) => (long)count * 8 < slots && slots > MinToShrink;

    public static int CapacityFor(int count)
        => Math.Max(MinCapacity, (int)BitOperations.RoundUpToPowerOf2((uint)count * 2));

    /// <summary>The slot of a key, or the one where it is to be added.</summary>
    public int Find(TKey key, uint hash)
    {
        var entries = Entries;
        var mask = entries.Length - 1;
        for (var index = Home(hash); ; index = (index + 1) & mask)
        {
            ref var entry = ref entries[index];
            if (entry.Hash == 0 || (entry.Hash == hash && EqualityComparer<TKey>.Default.Equals(entry.Key, key)))
                return index;
        }
    }

    /// <summary>Prefetches the slot where a key most likely is.</summary>
    public unsafe void Prefetch(uint hash)
    {
        if (!Sse.IsSupported) return;
        ref var entry = ref Unsafe.As<StateEntry<TKey, TValue>, byte>(ref Entries[Home(hash)]);
        for (var line = 0; line < Unsafe.SizeOf<StateEntry<TKey, TValue>>(); line += CacheLine)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref entry, line)));
    }

    public void Add(int index, TKey key, uint hash)
    {
        ref var entry = ref Entries[index];
        (entry.Hash, entry.Key) = (hash, key);
        Count++;
    }

    public void MarkChanged(int index) => _changed[index >> BlockShift] = true;

    /// <summary>Empties a slot, whose entry is not frozen. Moves later entries of the run back over it, so that no search stops at the
    /// gap.</summary>
    public void Remove(int gap, KeyedState<TKey, TValue> table)
    {
        var mask = Entries.Length - 1;
        for (var index = (gap + 1) & mask; Entries[index].Hash != 0; index = (index + 1) & mask)
        {
            ref var entry = ref Entries[index];
            var distanceFromHome = (index - Home(entry.Hash)) & mask;
            if (distanceFromHome < ((index - gap) & mask)) continue;
            table.WriteIfFrozen(ref entry);
            Entries[gap] = entry;
            if (entry.Mark != 0) MarkChanged(gap);
            gap = index;
        }

        Entries[gap] = default;
        Count--;
    }

    /// <summary>Begins a new epoch.</summary>
    public void Flip()
    {
        (_changed, _frozen) = (_frozen, _changed);
        _nextFrozen = 0;
    }

    /// <summary>Writes about <paramref name="budget"/> frozen entries; true when none is left.</summary>
    public bool WriteFrozen(ref int budget, KeyedState<TKey, TValue> table)
    {
        for (; _nextFrozen < _frozen.Length; _nextFrozen++)
        {
            if (!_frozen[_nextFrozen]) continue;
            if (budget <= 0) return false;
            var first = _nextFrozen << BlockShift;
            var block = Entries.AsSpan(first, Math.Min(1 << BlockShift, Entries.Length - first));
            for (var index = 0; index < block.Length; index++)
            {
                if (index + Ahead < block.Length) table.PrefetchFrozen(ref block[index + Ahead]);
                if (table.WriteIfFrozen(ref block[index])) budget--;
            }

            _frozen[_nextFrozen] = false;
        }

        return true;
    }

    /// <summary>Gives it another number of slots.</summary>
    /// <param name="newCapacity">The number of slots: a power of two.</param>
    /// <param name="mark">The mark of the running epoch.</param>
    public void Resize(int newCapacity, byte mark)
    {
        var old = Entries;
        Allocate(newCapacity);
        foreach (ref var entry in old.AsSpan())
        {
            if (entry.Hash != 0) Place(in entry, mark);
        }
    }

    /// <summary>Moves the keys with a 1 in the next bit of the spread hash to another segment.</summary>
    public StateSegment<TKey, TValue> Split(byte mark)
    {
        var (old, bit) = (Entries, 1u << (31 - Bits++));
        var other = new StateSegment<TKey, TValue>(Capacity, Bits);
        Allocate(Capacity);
        foreach (ref var entry in old.AsSpan())
        {
            if (entry.Hash != 0) ((KeyedState<TKey, TValue>.Spread(entry.Hash) & bit) == 0 ? this : other).Place(in entry, mark);
        }

        return other;
    }

    /// <summary>Adds all entries to another segment.</summary>
    public void CopyTo(StateSegment<TKey, TValue> other, byte mark)
    {
        foreach (ref var entry in Entries.AsSpan())
        {
            if (entry.Hash != 0) other.Place(in entry, mark);
        }
    }

    /// <summary>Removes all entries, none of which is frozen, and keeps the memory.</summary>
    public void Clear()
    {
        Array.Clear(Entries);
        Array.Clear(_changed);
        Count = 0;
    }

    private static int ShiftFor(int capacity) => 32 - BitOperations.Log2((uint)capacity);

    private static int GrowAt(int capacity) => (int)((long)capacity * 5 / 8);

    private static int Blocks(int capacity) => Math.Max(1, capacity >> BlockShift);

    // Another hash for each size: keys taken from one table in its order, or left in it, are spread over one of another size.
    private static uint MultiplierFor(int shift)
    {
        var bits = (uint)shift * 0x9E3779B9;
        bits = (bits ^ (bits >> 16)) * 0x85EBCA6B;
        bits = (bits ^ (bits >> 13)) * 0xC2B2AE35;
        return bits | 1;
    }

    private int Home(uint hash) => (int)((hash * _multiplier) >> _shift);

    private void Allocate(int slots)
    {
        Entries = new StateEntry<TKey, TValue>[slots];
        (_shift, _growAt, Count, _nextFrozen) = (ShiftFor(slots), GrowAt(slots), 0, 0);
        _multiplier = MultiplierFor(_shift);
        (_changed, _frozen) = (new bool[Blocks(slots)], new bool[Blocks(slots)]);
    }

    private void Place(in StateEntry<TKey, TValue> entry, byte mark)
    {
        var mask = Entries.Length - 1;
        var index = Home(entry.Hash);
        while (Entries[index].Hash != 0) index = (index + 1) & mask;
        Entries[index] = entry;
        Count++;
        if (entry.Mark != 0) (entry.Mark == mark ? _changed : _frozen)[index >> BlockShift] = true;
    }
}
