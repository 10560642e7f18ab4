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
    private readonly OperatorContext? _context; // null to plan
    private readonly List<(string Name, Func<string> Signature)> _signatures = [];
    private readonly List<Action> _clear = [];
    private bool _needsTime;

    internal ProcessStates(OperatorContext? context)
    {
        _context = context;
        Undo = new UndoLog(context?.KeepsRejected ?? false);
    }

    /// <summary>Undoes what the code has changed for a record on which it fails.</summary>
    internal UndoLog Undo { get; }

    internal StateScope<TKey> Scope { get; } = new();

    internal List<IExpires> Expiring { get; } = [];

    // To plan without: one that cannot be written is a fault of the plan, found elsewhere.
    private KeyCodec<TKey> Keys => _context is null ? null! : KeyCodec<TKey>.Default;

    internal string Signature
        => $"process, {TypeNames.Of(typeof(TKey))} -> {(_signatures.Count == 0 ? "nothing" : string.Join(", ", _signatures.Select(Text)))}";

    /// <summary>One value for each key.</summary>
    public ValueState<TValue> Value<TValue>(string name, TimeSpan? timeToLive = null)
    {
        Declare(name, "", () => StateCodec<TValue>.Signature, timeToLive);
        return Add(new KeyedValueState<TKey, TValue>(Table<TKey, TValue>(name, Keys, timeToLive), Scope));
    }

    /// <summary>A list for each key. A checkpoint writes the elements that were added or changed, not the list.</summary>
    /// <remarks>Its time to live counts from the last change, for the list as a whole.</remarks>
    public ListState<TElement> List<TElement>(string name, TimeSpan? timeToLive = null)
    {
        Declare(name, "list of ", () => StateCodec<TElement>.Signature, timeToLive);
        var bounds = Table<TKey, ListBounds>($"{name}/bounds", Keys, timeToLive);
        return Add(new KeyedListState<TKey, TElement>(bounds, Open<KeyPart<TKey>, TElement>(name, new KeyPartCodec<TKey>()), Scope));
    }

    /// <summary>A map for each key. A checkpoint writes the entries that were added or changed, not the map.</summary>
    /// <remarks>Its time to live counts from the last change of an entry, for each by itself.</remarks>
    public MapState<TMapKey, TValue> Map<TMapKey, TValue>(string name, TimeSpan? timeToLive = null)
        where TMapKey : notnull
    {
        Declare(name, $"map of {TypeNames.Of(typeof(TMapKey))} to ", SignatureOf<TMapKey, TValue>, timeToLive);
        var entries = Table<MapKey<TKey, TMapKey>, TValue>(name, new MapKeyCodec<TKey, TMapKey>(), timeToLive);
        return Add(new KeyedMapState<TKey, TMapKey, TValue>(entries, Scope));
    }

    /// <summary>An aggregate for each key: <c>states.Reducing("fares", a => a.Sum(trip => trip.Fare))</c>.</summary>
    public ReducingState<T, TResult> Reducing<TA, TResult>(
        string name, Func<Aggregates<T>, Aggregation<T, TA, TResult>> aggregate, TimeSpan? timeToLive = null)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        var aggregation = aggregate(new Aggregates<T>());
        Declare(name, $"{aggregation.Name} as ", () => StateCodec<TA>.Signature, timeToLive);
        var accumulators = Table<TKey, TA>(name, Keys, timeToLive);
        var intake = _context is { KeepsRejected: true } ? aggregation.OpenIntake() : null;
        return Add(new KeyedReducingState<TKey, T, TA, TResult>(accumulators, aggregation, intake, Scope));
    }

    /// <summary>A map that is the same in every worker, for what comes on the second stream.</summary>
    public BroadcastState<TMapKey, TValue> Broadcast<TMapKey, TValue>(string name)
        where TMapKey : notnull
    {
        Declare(name, $"broadcast of {TypeNames.Of(typeof(TMapKey))} to ", SignatureOf<TMapKey, TValue>, null);
        var entries = _context?.OpenBroadcast<TMapKey, TValue>($"state/{name}");
        return new BroadcastState<TMapKey, TValue>(new(entries!, Undo), () => Scope.HasKey);
    }

    internal IEnumerable<string> Check(string step, Node input)
    {
        if (_needsTime && !EventTime.IsGivenBefore(input))
            yield return $"Process '{step}' has state with a time to live, which needs event time. Add WithEventTime(...) before KeyBy.";
        foreach (var name in _signatures.GroupBy(state => state.Name, StringComparer.Ordinal).Where(states => states.Count() > 1))
            yield return $"Process '{step}' has {name.Count()} states called '{name.Key}'. Give each a name of its own.";
    }

    internal void ClearAll()
    {
        foreach (var clear in _clear) clear();
    }

    private static string Text((string Name, Func<string> Signature) state)
        => state.Name == SingleState.Name ? state.Signature() : $"{state.Name}: {state.Signature()}";

    private static string SignatureOf<TMapKey, TValue>()
    {
        _ = KeyCodec<TMapKey>.Default; // that it can be a key
        return StateCodec<TValue>.Signature;
    }

    // The type is looked at later: one that cannot be written is a fault of the plan.
    private void Declare(string name, string kind, Func<string> type, TimeSpan? timeToLive)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (timeToLive is { } time) ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(1), nameof(timeToLive));
        _needsTime |= timeToLive is not null;
        _signatures.Add((name, () => $"{kind}{type()}{(timeToLive is null ? "" : " with time to live")}"));
    }

    private TState Add<TState>(TState state)
        where TState : IClears
    {
        _clear.Add(state.Clear);
        return state;
    }

    private UndoableState<TEntry, TValue> Open<TEntry, TValue>(string name, KeyCodec<TEntry> keys)
        where TEntry : notnull
        => new(_context?.OpenTables<TEntry, TValue>($"state/{name}", keys).Main!, Undo);

    private StateTable<TEntry, TValue> Table<TEntry, TValue>(string name, KeyCodec<TEntry> keys, TimeSpan? timeToLive)
        where TEntry : notnull
    {
        if (timeToLive is not { } time) return new LastingTable<TEntry, TValue>(Open<TEntry, TValue>(name, keys));
        var entries = Open<TEntry, Expiring<TValue>>(name, keys);
        var table = new ExpiringTable<TEntry, TValue>(entries, (long)time.TotalMilliseconds, Scope, Undo);
        Expiring.Add(table);
        return table;
    }
}
