using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dataflow;

/// <summary>Values, each with a note. Open addressing; hashes, values and notes lie in arrays of their own.</summary>
internal sealed class ValueTable<TValue, TNote>
    where TValue : notnull
{
    private const int LeastCapacity = 8;

    private uint[] _hashes; // 0: empty
    private TValue[] _values;
    private TNote[] _notes;
    private int _shift;

    public ValueTable(int count = 0)
    {
        var capacity = LeastCapacity;
        while (GrowAt(capacity) < count) capacity *= 2;
        Allocate(capacity);
    }

    private ValueTable(ValueTable<TValue, TNote> other)
    {
        _hashes = [.. other._hashes];
        _values = [.. other._values];
        _notes = [.. other._notes];
        _shift = other._shift;
        Count = other.Count;
    }

    public int Count { get; private set; }

    public ValueTable<TValue, TNote> Clone() => new(this);

    /// <summary>The note of a value, which is added with the note's default if it is not there.</summary>
    public ref TNote NoteOf(TValue value)
    {
        var hash = HashOf(value);
        var index = Find(value, hash);
        if (_hashes[index] != 0) return ref _notes[index];
        if (Count == GrowAt(_hashes.Length))
        {
            Grow();
            index = Find(value, hash);
        }

        _hashes[index] = hash;
        _values[index] = value;
        Count++;
        return ref _notes[index];
    }

    public bool Remove(TValue value)
    {
        var index = Find(value, HashOf(value));
        if (_hashes[index] == 0) return false;
        CloseGap(index);
        Count--;
        return true;
    }

    public Enumerator GetEnumerator() => new(this);

    /// <summary>All values and notes, in the same order.</summary>
    public (TValue[] Values, TNote[] Notes) ToArrays()
    {
        var (values, notes) = (new TValue[Count], new TNote[Count]);
        var next = 0;
        foreach (var index in this)
        {
            values[next] = _values[index];
            notes[next++] = _notes[index];
        }

        return (values, notes);
    }

    public TValue ValueAt(int index) => _values[index];

    public TNote NoteAt(int index) => _notes[index];

    private static int GrowAt(int capacity) => capacity / 8 * 5;

    private static uint HashOf(TValue value) => (uint)EqualityComparer<TValue>.Default.GetHashCode(value) * 0x9E3779B9u | 1;

    private int Home(uint hash) => (int)(hash >> _shift);

    private int Find(TValue value, uint hash)
    {
        var hashes = _hashes;
        var mask = hashes.Length - 1;
        var index = Home(hash);
        while (hashes[index] != 0
            && !(hashes[index] == hash && EqualityComparer<TValue>.Default.Equals(_values[index], value)))
            index = (index + 1) & mask;
        return index;
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_hashes), nameof(_values), nameof(_notes))]
    private void Allocate(int capacity)
    {
        _hashes = new uint[capacity];
        _values = new TValue[capacity];
        _notes = new TNote[capacity];
        _shift = 32 - BitOperations.Log2((uint)capacity);
    }

    private void Grow()
    {
        var (hashes, values, notes) = (_hashes, _values, _notes);
        Allocate(hashes.Length * 2);
        for (var from = 0; from < hashes.Length; from++)
        {
            if (hashes[from] == 0) continue;
            var index = Home(hashes[from]);
            while (_hashes[index] != 0) index = (index + 1) & (_hashes.Length - 1);
            (_hashes[index], _values[index], _notes[index]) = (hashes[from], values[from], notes[from]);
        }
    }

    /// <summary>Moves later entries of the run back over a removed one, so that no search stops at the gap.</summary>
    private void CloseGap(int gap)
    {
        var mask = _hashes.Length - 1;
        for (var index = (gap + 1) & mask; _hashes[index] != 0; index = (index + 1) & mask)
        {
            var distanceFromHome = (index - Home(_hashes[index])) & mask;
            if (distanceFromHome < ((index - gap) & mask)) continue;
            (_hashes[gap], _values[gap], _notes[gap]) = (_hashes[index], _values[index], _notes[index]);
            gap = index;
        }

        _hashes[gap] = 0;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TValue>()) _values[gap] = default!;
        _notes[gap] = default!;
    }

    /// <summary>The places that hold a value.</summary>
    public struct Enumerator(ValueTable<TValue, TNote> table)
    {
        public int Current { get; private set; } = -1;

        public bool MoveNext()
        {
            var hashes = table._hashes;
            while (++Current < hashes.Length)
            {
                if (hashes[Current] != 0) return true;
            }

            return false;
        }
    }
}
