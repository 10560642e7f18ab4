namespace Dataflow.Features.Panes;

/// <summary>Prefetches the memory of the entities of some events in three rounds, each for what the one before has shown, while
/// other events are added.</summary>
/// <param name="entities">The entities.</param>
internal sealed class Foresight<TKey, T>(EntityStore<TKey, T> entities)
    where TKey : notnull
{
    private const int Max = 32; // told and not taken; the engine tells of half as many
    private const int Distance = 4; // events between two rounds: the time that memory takes

    private readonly TKey[] _keys = new TKey[Max]; // a ring
    private int _told;
    private int _begun; // those whose panes' and events' beginnings were prefetched
    private int _done;
    private int _taken;

    /// <summary>Tells of the entity of an event that follows soon.</summary>
    /// <returns>Whether it is worth the effort.</returns>
    public bool Tell(TKey key)
    {
        if (!entities.PrefetchPlace(key)) return false;
        _keys[_told++ % Max] = key;
        GoOn(Distance);
        return true;
    }

    /// <summary>Tells that an event is about to be added.</summary>
    public void Take()
    {
        if (_taken == _told) return; // it was not told of
        GoOn(distance: 0);
        if (++_taken == _told) (_told, _begun, _done, _taken) = (0, 0, 0, 0);
    }

    private void GoOn(int distance)
    {
        if (_told - _begun > distance) entities.PrefetchBeginnings(_keys[_begun++ % Max]);
        if (_begun - _done > Distance) entities.PrefetchForEvent(_keys[_done++ % Max]);
    }
}
