namespace Dataflow;

/// <summary>The records that form a match, or a part of one, by the parts of the pattern. Valid during the call that it is given to.</summary>
public sealed class Match<T>
{
    private readonly IReadOnlyList<PatternPart<T>> _parts;
    private readonly OpenMatches<T> _rows;
    private OpenMatch _open = null!;

    internal Match(IReadOnlyList<PatternPart<T>> parts, OpenMatches<T> rows) => (_parts, _rows) = (parts, rows);

    /// <summary>The records of a part, in order; none if it is missing or still to come.</summary>
    /// <exception cref="ArgumentException">The pattern has no such part.</exception>
    public IReadOnlyList<T> this[string part]
    {
        get
        {
            var index = _parts.Select(static part => part.Name).ToList().IndexOf(part);
            if (index < 0) throw new ArgumentException($"The pattern has no part '{part}'.", nameof(part));
            return [.. _open.Rows.Where((_, at) => _open.Parts[at] == index).Select(row => _rows.ValueOf(row))];
        }
    }

    /// <summary>All records of the match, in order.</summary>
    public IReadOnlyList<T> All => [.. _open.Rows.Select(row => _rows.ValueOf(row))];

    /// <summary>The event time of the first record, in ms since the Unix epoch.</summary>
    public long StartMs => _rows.TimeOf(_open.Rows[0]);

    /// <summary>The event time of the last record, in ms since the Unix epoch.</summary>
    public long EndMs => _rows.TimeOf(_open.Rows[^1]);

    internal Match<T> Of(OpenMatch open)
    {
        _open = open;
        return this;
    }
}
