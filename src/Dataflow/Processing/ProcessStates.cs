using Dataflow.Processing;

namespace Dataflow;

/// <summary>Opens the states of a <c>Process</c> step, in its <see cref="KeyedProcess{TKey, T, TOut}.Open"/>.</summary>
/// <remarks>Each state has a name, the same at every start. With a time to live, an entry expires that long after it was last written, in
/// event time: a record sees only entries written less than that before its own time. Once the watermark has passed too, the entry is
/// removed, on access or by a sweep that is faster the more entries are added, and counted as <see cref="StepStatus.Expired"/>: there are
/// never many more entries than those alive. The time to live may change between runs; adding or removing one changes the state's
/// signature.</remarks>
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

    /// <summary>The undo log of changes for a record on which the code fails.</summary>
    internal UndoLog Undo { get; }

    internal StateScope<TKey> Scope { get; } = new();

    internal List<IExpires> Expiring { get; } = [];

    /// <summary>Whether a state has a time to live, which needs event time.</summary>
    internal bool NeedsTime { get; private set; }

    /// <summary>Opens a value per key.</summary>
    public ValueState<TValue> Value<TValue>(string name, TimeSpan? timeToLive = null)
    {
        return Add(new KeyedValueState<TKey, TValue>(Table<TKey, TValue>(name, timeToLive), Scope));
    }

    /// <summary>Opens a list per key. A checkpoint writes the elements that were added or changed, not the whole list.</summary>
    /// <remarks>The time to live counts from the last change of the whole list.</remarks>
    public ListState<TElement> List<TElement>(string name, TimeSpan? timeToLive = null)
    {
        var bounds = Table<TKey, ListBounds>($"{name}/bounds", timeToLive);
        return Add(new KeyedListState<TKey, TElement>(bounds, Open<KeyPart<TKey>, TElement>(name), Scope));
    }

    /// <summary>Opens a map per key. A checkpoint writes the entries that were added or changed, not the whole map.</summary>
    /// <remarks>The time to live counts from the last change of each entry.</remarks>
    public MapState<TMapKey, TValue> Map<TMapKey, TValue>(string name, TimeSpan? timeToLive = null)
        where TMapKey : notnull
    {
        var entries = Table<KeyPair<TKey, TMapKey>, TValue>(name, timeToLive);
        return Add(new KeyedMapState<TKey, TMapKey, TValue>(entries, Scope));
    }

    /// <summary>Opens an aggregate per key: <c>states.Reducing("fares", a => a.Sum(trip => trip.Fare))</c>.</summary>
    public ReducingState<T, TResult> Reducing<TResult>(
        string name, Func<Aggregates<T>, Aggregation<T, TResult>> aggregate, TimeSpan? timeToLive = null)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        return aggregate(new Aggregates<T>()).Accept(new ReducingStates<TResult>(this, name, timeToLive));
    }

    /// <summary>Opens a map with the same content in every worker, for the records of the broadcast stream.</summary>
    public BroadcastState<TMapKey, TValue> Broadcast<TMapKey, TValue>(string name)
        where TMapKey : notnull
    {
        return new BroadcastState<TMapKey, TValue>(new(_declare.BroadcastState<TMapKey, TValue>(name), Undo), () => Scope.HasKey);
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

    private UndoableState<TEntry, TValue> Open<TEntry, TValue>(string name, string meaning = "")
        where TEntry : notnull
        => new(_declare.State<TEntry, TValue>(name, meaning), Undo);

    private StateTable<TEntry, TValue> Table<TEntry, TValue>(string name, TimeSpan? timeToLive, string meaning = "")
        where TEntry : notnull
    {
        if (timeToLive is not { } time) return new LastingTable<TEntry, TValue>(Open<TEntry, TValue>(name, meaning));
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(1), nameof(timeToLive));
        NeedsTime = true;
        GeneratedCodecs.Add(new Generated.Dataflow_Processing_Expiring_1.Form<TValue>());
        var entries = Open<TEntry, Expiring<TValue>>(name, meaning);
        var table = new ExpiringTable<TEntry, TValue>(entries, (long)time.TotalMilliseconds, Scope, Undo);
        Expiring.Add(table);
        return table;
    }

    /// <summary>Opens the state of an aggregate with the type of its accumulator.</summary>
    private sealed class ReducingStates<TResult>(ProcessStates<TKey, T> states, string name, TimeSpan? timeToLive)
        : IAggregationVisitor<T, TResult, ReducingState<T, TResult>>
    {
        public ReducingState<T, TResult> Visit<TA>(Aggregation<T, TA, TResult> aggregation)
        {
            var accumulators = states.Table<TKey, TA>(name, timeToLive, aggregation.Name);
            var intake = states._declare.KeepsRejected ? aggregation.OpenIntake() : null;
            return states.Add(new KeyedReducingState<TKey, T, TA, TResult>(accumulators, aggregation, intake, states.Scope));
        }
    }
}
