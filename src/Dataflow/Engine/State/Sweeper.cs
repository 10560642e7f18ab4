namespace Dataflow.State;

/// <summary>Goes through a table again and again and removes the entries whose time is over.</summary>
/// <remarks>The effort follows the rate at which entries come: for each that is added eight places are looked at, so that a round is over before
/// the table has grown by half, at any rate. A round begins once an eighth of the entries' life has gone by since the one before
/// began. So there are never many more entries than those alive, and no step takes long.</remarks>
/// <param name="lifeMs">How long entries live, in event time.</param>
internal sealed class Sweeper(long lifeMs)
{
    private const int MinPlaces = 256;
    private const int PlacesForAdded = 8;
    private const int RoundsInLife = 8;

    private readonly long _roundEveryMs = Math.Max(1, lifeMs / RoundsInLife);
    private long _nextRoundFrom = long.MinValue;
    private bool _isInRound;
    private int _nextPlace;
    private int _added;

    /// <summary>The watermark of this round: entries that end up to there are over.</summary>
    public long RoundFor { get; private set; }

    /// <summary>Counts an entry that was added.</summary>
    public void Added() => _added++;

    /// <summary>Looks at some places; false if there is nothing more to do until entries come or the watermark moves.</summary>
    public bool Step<TKey, TValue, TContext>(
        KeyedState<TKey, TValue> table, long watermark, TContext context, KeyedState<TKey, TValue>.Condition<TContext> isOver)
        where TKey : notnull
    {
        if (!_isInRound && !TryBegin(watermark)) return false;
        var places = Math.Max(MinPlaces, PlacesForAdded * _added);
        _added = 0;
        _isInRound = table.RemoveSome(ref _nextPlace, places, context, isOver);
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
