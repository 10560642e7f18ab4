using System.Collections;
using Dataflow.Patterns;

namespace Dataflow;

/// <summary>The records that form a match, or a part of one, by the parts of the pattern. The match that a condition receives is valid
/// during its call only; the one that the result function receives may be kept.</summary>
public sealed class Match<T>
{
    private readonly IReadOnlyList<PatternPart<T>> _parts;
    private OpenMatches<T> _rows = null!;
    private OpenMatch _open = null!;

    internal Match(IReadOnlyList<PatternPart<T>> parts) => _parts = parts;

    /// <summary>The records of a part, in order; none if it is missing or still to come.</summary>
    /// <exception cref="ArgumentException">The pattern has no such part.</exception>
    public IReadOnlyList<T> this[string part]
    {
        get
        {
            for (var i = 0; i < _parts.Count; i++)
            {
                if (_parts[i].Name == part) return new Records(this, Array.IndexOf(_open.Parts, i), Array.LastIndexOf(_open.Parts, i));
            }

            throw new ArgumentException($"The pattern has no part '{part}'.", nameof(part));
        }
    }

    /// <summary>All records of the match, in order.</summary>
    public IReadOnlyList<T> All => new Records(this, 0, _open.Rows.Length - 1);

    /// <summary>The event time of the first record, in ms since the Unix epoch.</summary>
    public long StartMs => _rows.TimeOf(_open.Rows[0]);

    /// <summary>The event time of the last record, in ms since the Unix epoch.</summary>
    public long EndMs => _rows.TimeOf(_open.Rows[^1]);

    internal Match<T> Of(OpenMatches<T> rows, OpenMatch open)
    {
        (_rows, _open) = (rows, open);
        return this;
    }

    /// <summary>Copies the match, so that it does not change when the search goes on.</summary>
    internal Match<T> Copy()
    {
        var rows = new OpenMatches<T>();
        foreach (var row in _open.Rows) rows.Rows.Add(_rows[row]);
        return new Match<T>(_parts).Of(rows, new() { Rows = [.. rows.Rows.Select(static (_, i) => (long)i)], Parts = _open.Parts });
    }

    /// <summary>A range of records of a match.</summary>
    private sealed class Records(Match<T> match, int first, int last) : IReadOnlyList<T>
    {
        public int Count => first < 0 ? 0 : last - first + 1;

        public T this[int index]
        {
            get
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
                return match._rows.ValueOf(match._open.Rows[first + index]);
            }
        }

        public IEnumerator<T> GetEnumerator()
        {
            for (var i = 0; i < Count; i++) yield return this[i];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
