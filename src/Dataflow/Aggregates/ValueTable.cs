using System.Numerics;

namespace Dataflow;

/// <summary>Values, each with a note, in an open-addressing table: a lookup touches one place in memory.</summary>
internal sealed class ValueTable<TValue, TNote> : IKeepsTexts
    where TValue : notnull
{
    private const int MinCapacity = 8;

    private Entry[] _entries;
    private int _shift;

    public ValueTable(int count = 0)
    {
        var capacity = MinCapacity;
        while (GrowAt(capacity) < count) capacity *= 2;
        _entries = new Entry[capacity];
        _shift = ShiftFor(capacity);
    }

    private ValueTable(ValueTable<TValue, TNote> other)
        => (_entries, _shift, Count) = ([.. other._entries], other._shift, other.Count);

    public int Count { get; private set; }

    public ValueTable<TValue, TNote> Clone() => new(this);

    /// <summary>Returns the note of a value, which is added with the note's default if it is not there.</summary>
    public ref TNote NoteOf(TValue value) => ref NoteAt(value, Find(value));

    /// <summary>Finds the place of a value, present or to be added. Only this may fail, since the values' own code hashes and
    /// compares.</summary>
    public ValuePlace Find(TValue value)
    {
        var hash = HashOf(value);
        var index = Find(value, hash);
        if (_entries[index].Hash != 0) return new(hash, index, IsThere: true);
        _ = EqualityComparer<TValue>.Default.Equals(value, value); // a value that cannot be compared must not be added
        return new(hash, index, IsThere: false);
    }

    /// <summary>Returns the note at a place that was found, with nothing added or removed since.</summary>
    public ref TNote NoteAt(TValue value, ValuePlace place)
    {
        if (place.IsThere) return ref _entries[place.Index].Note;
        var index = place.Index;
        if (Count == GrowAt(_entries.Length))
        {
            Grow();
            index = Home(place.Hash);
            while (_entries[index].Hash != 0) index = (index + 1) & (_entries.Length - 1);
        }

        Count++;
        ref var entry = ref _entries[index];
        (entry.Hash, entry.Value) = (place.Hash, Utf8.KeepIn(value));
        return ref entry.Note;
    }

    public void Remove(TValue value)
    {
        var index = Find(value, HashOf(value));
        if (_entries[index].Hash == 0) return;
        CloseGap(index);
        Count--;
    }

    /// <summary>Copies all values and, in the same order, their notes.</summary>
    public (TValue[] Values, TNote[] Notes) ToArrays()
    {
        var (values, notes) = (new TValue[Count], new TNote[Count]);
        var next = 0;
        foreach (ref readonly var entry in _entries.AsSpan())
        {
            if (entry.Hash != 0) (values[next], notes[next++]) = (entry.Value, entry.Note);
        }

        return (values, notes);
    }

    private static int GrowAt(int capacity) => capacity / 8 * 5;

    private static int ShiftFor(int capacity) => 32 - BitOperations.Log2((uint)capacity);

    private static uint HashOf(TValue value) => ((uint)EqualityComparer<TValue>.Default.GetHashCode(value) * 0x9E3779B9u) | 1;

    private int Home(uint hash) => (int)(hash >> _shift);

    private int Find(TValue value, uint hash)
    {
        var entries = _entries;
        var mask = entries.Length - 1;
        for (var index = Home(hash); ; index = (index + 1) & mask)
        {
            ref var entry = ref entries[index];
            if (entry.Hash == 0 || (entry.Hash == hash && EqualityComparer<TValue>.Default.Equals(entry.Value, value))) return index;
        }
    }

    private void Grow()
    {
        var old = _entries;
        _entries = new Entry[old.Length * 2];
        _shift--;
        var mask = _entries.Length - 1;
        foreach (ref readonly var entry in old.AsSpan())
        {
            if (entry.Hash == 0) continue;
            var index = Home(entry.Hash);
            while (_entries[index].Hash != 0) index = (index + 1) & mask;
            _entries[index] = entry;
        }
    }

    /// <summary>Moves later entries of the run back over a removed one, so that no search stops at the gap.</summary>
    private void CloseGap(int gap)
    {
        var mask = _entries.Length - 1;
        for (var index = (gap + 1) & mask; _entries[index].Hash != 0; index = (index + 1) & mask)
        {
            var distanceFromHome = (index - Home(_entries[index].Hash)) & mask;
            if (distanceFromHome < ((index - gap) & mask)) continue;
            _entries[gap] = _entries[index];
            gap = index;
        }

        _entries[gap] = default;
    }

    private struct Entry
    {
        public TValue Value;
        public uint Hash; // 0: empty
        public TNote Note;
    }
}

/// <summary>The place of a value in its table or, if it is not there, the place where it would be.</summary>
internal readonly record struct ValuePlace(uint Hash, int Index, bool IsThere);
