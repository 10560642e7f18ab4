namespace Dataflow.Extensibility;

/// <summary>Scans a state's entries again and again, some at a time, and removes expired ones.</summary>
/// <remarks>For one state of one instance of a step. The effort follows the rate at which entries are added: for each, eight slots are
/// looked at, so that a round is over before the table has grown by half, at any rate. A round begins once an eighth of the entries' life
/// has passed since the one before began. So there are never many more entries than those alive, and no step takes long.</remarks>
/// <param name="lifeMs">The life of an entry, in milliseconds of event time.</param>
public sealed class Sweeper(long lifeMs)
{
    private const int MinSlots = 256;
    private const int SlotsForAdded = 8;
    private const int RoundsInLife = 8;

    private readonly long _roundEveryMs = Math.Max(1, lifeMs / RoundsInLife);
    private long _nextRoundFrom = long.MinValue;
    private bool _isInRound;
    private (int Segment, int Slot) _next;
    private int _added;

    /// <summary>The watermark of this round, ms since the Unix epoch: entries that end up to it are expired.</summary>
    public long RoundFor { get; private set; }

    /// <summary>Counts an entry that was added.</summary>
    public void Added() => _added++;

    /// <summary>Looks at some entries and removes expired ones; false if there is nothing more to do until entries are added or the
    /// watermark moves.</summary>
    /// <param name="state">The state. It must not be changed by <paramref name="isOver"/>.</param>
    /// <param name="watermark">The current watermark, ms since the Unix epoch; a round uses the one at its beginning.</param>
    /// <param name="context">An argument for <paramref name="isOver"/>, so that it need not be a closure.</param>
    /// <param name="isOver">Whether an entry is expired at <see cref="RoundFor"/>.</param>
    public bool Step<TKey, TValue, TContext>(
        KeyedState<TKey, TValue> state, long watermark, TContext context, EntryCondition<TContext, TKey, TValue> isOver)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(isOver);
        if (!_isInRound && !TryBegin(watermark)) return false;
        var slots = Math.Max(MinSlots, SlotsForAdded * _added);
        _added = 0;
        _isInRound = state.RemoveSome(ref _next, slots, context, isOver);
        return _isInRound;
    }

    private bool TryBegin(long watermark)
    {
        if (watermark < _nextRoundFrom || watermark == long.MaxValue) return false;
        _isInRound = true;
        RoundFor = watermark;
        _nextRoundFrom = watermark > long.MaxValue - _roundEveryMs ? long.MaxValue : watermark + _roundEveryMs;
        return true;
    }
}
