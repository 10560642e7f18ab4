using Dataflow.Processing;
using Dataflow.State;

namespace Dataflow;

/// <summary>Opens the states of a <c>Process</c> step, in its <see cref="KeyedProcess{TKey, T, TOut}.Open"/>.</summary>
/// <remarks>
/// Each state has a name, the same at every start. Where a time to live is given, what was not written for so long, in event
/// time, is not seen any more: a record sees what was written less than that before its own time. Once the watermark has
/// passed too it is removed, on access or in passing, the faster the more entries come, and counted as
/// <see cref="StepStatus.Expired"/>: there are never many more entries than those alive. To make it longer or shorter is no other state; to begin or cease to have one is.
/// </remarks>
public sealed class ProcessStates<TKey, T>
    where TKey : notnull
{
    private readonly StepDeclaration _declare;
    private readonly List<Action> _clear = [];

    internal ProcessStates(StepDeclaration declare)
    {
        _declare = declare;
        Undo = new UndoLog(declare.KeepsRejected);
    }

    /// <summary>Undoes what the code has changed for a record on which it fails.</summary>
    internal UndoLog Undo { get; }

    internal StateScope<TKey> Scope { get; } = new();

    internal List<IExpires> Expiring { get; } = [];

    /// <summary>Whether a state has a time to live, which needs event time.</summary>
    internal bool NeedsTime { get; private set; }

    /// <summary>One value for each key.</summary>
    public ValueState<TValue> Value<TValue>(string name, TimeSpan? timeToLive = null)
    {
        return Add(new KeyedValueState<TKey, TValue>(Table<TKey, TValue>(name, KeyCodec<TKey>.Default, timeToLive), Scope));
    }

    /// <summary>A list for each key. A checkpoint writes the elements that were added or changed, not the list.</summary>
    /// <remarks>Its time to live counts from the last change, for the list as a whole.</remarks>
    public ListState<TElement> List<TElement>(string name, TimeSpan? timeToLive = null)
    {
        var bounds = Table<TKey, ListBounds>($"{name}/bounds", KeyCodec<TKey>.Default, timeToLive);
        return Add(new KeyedListState<TKey, TElement>(bounds, Open<KeyPart<TKey>, TElement>(name, new KeyPartCodec<TKey>()), Scope));
    }

    /// <summary>A map for each key. A checkpoint writes the entries that were added or changed, not the map.</summary>
    /// <remarks>Its time to live counts from the last change of an entry, for each by itself.</remarks>
    public MapState<TMapKey, TValue> Map<TMapKey, TValue>(string name, TimeSpan? timeToLive = null)
        where TMapKey : notnull
    {
        _ = KeyCodec<TMapKey>.Default; // that it can be a key
        var entries = Table<MapKey<TKey, TMapKey>, TValue>(name, new MapKeyCodec<TKey, TMapKey>(), timeToLive);
        return Add(new KeyedMapState<TKey, TMapKey, TValue>(entries, Scope));
    }

    /// <summary>An aggregate for each key: <c>states.Reducing("fares", a => a.Sum(trip => trip.Fare))</c>.</summary>
    public ReducingState<T, TResult> Reducing<TResult>(
        string name, Func<Aggregates<T>, Aggregation<T, TResult>> aggregate, TimeSpan? timeToLive = null)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        return aggregate(new Aggregates<T>()).Accept(new ReducingStates<TResult>(this, name, timeToLive));
    }

    /// <summary>A map that is the same in every worker, for what comes on the second stream.</summary>
    public BroadcastState<TMapKey, TValue> Broadcast<TMapKey, TValue>(string name)
        where TMapKey : notnull
    {
        return new BroadcastState<TMapKey, TValue>(new(_declare.Broadcast<TMapKey, TValue>(name), Undo), () => Scope.HasKey);
    }

    internal void ClearAll()
    {
        foreach (var clear in _clear) clear();
    }

    private TState Add<TState>(TState state)
        where TState : IClears
    {
        _clear.Add(state.Clear);
        return state;
    }

    private UndoableState<TEntry, TValue> Open<TEntry, TValue>(string name, KeyCodec<TEntry> keys, string meaning = "")
        where TEntry : notnull
        => new(_declare.Tables<TEntry, TValue>(name, keys, meaning).Main, Undo);

    private StateTable<TEntry, TValue> Table<TEntry, TValue>(string name, KeyCodec<TEntry> keys, TimeSpan? timeToLive, string meaning = "")
        where TEntry : notnull
    {
        if (timeToLive is not { } time) return new LastingTable<TEntry, TValue>(Open<TEntry, TValue>(name, keys, meaning));
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(1), nameof(timeToLive));
        NeedsTime = true;
        var entries = Open<TEntry, Expiring<TValue>>(name, keys, meaning);
        var table = new ExpiringTable<TEntry, TValue>(entries, (long)time.TotalMilliseconds, Scope, Undo);
        Expiring.Add(table);
        return table;
    }

    /// <summary>Opens the state of an aggregate once the type of its accumulator is known.</summary>
    private sealed class ReducingStates<TResult>(ProcessStates<TKey, T> states, string name, TimeSpan? timeToLive)
        : IAggregationVisitor<T, TResult, ReducingState<T, TResult>>
    {
        public ReducingState<T, TResult> Visit<TA>(Aggregation<T, TA, TResult> aggregation)
        {
            var accumulators = states.Table<TKey, TA>(name, KeyCodec<TKey>.Default, timeToLive, aggregation.Name);
            var intake = states._declare.KeepsRejected ? aggregation.OpenIntake() : null;
            return states.Add(new KeyedReducingState<TKey, T, TA, TResult>(accumulators, aggregation, intake, states.Scope));
        }
    }
}
