using System.Runtime.CompilerServices;
using Dataflow.Async;
using Dataflow.Planning;
using Dataflow.Serialization;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>Takes a step's declarations, in its <see cref="Operator.Declare"/>: states, timers, outputs and counters.</summary>
/// <remarks>A restart compares names and types of the states with its checkpoint: a state that is new begins empty, one that is missing or
/// has another type is refused. A type that cannot be written and a name that is used twice are faults of the plan.</remarks>
public sealed class StepDeclaration
{
    private readonly string _step;
    private readonly string _label;
    private readonly Changes _changes;
    private readonly List<IState> _states = [];
    private readonly List<DeclaredState> _compared = [];
    private readonly List<(string State, Type Key)> _keys = [];
    private readonly List<ITimers> _timers = [];
    private readonly List<string> _faults = [];
    private readonly List<IKeyTimes> _times = [];

    /// <param name="step">The step's name.</param>
    /// <param name="changes">Collects the changes that checkpoints write.</param>
    /// <param name="keepsRejected">Whether records on which the user's code fails are rejected instead of stopping the job.</param>
    /// <param name="outputs">The streams that were taken from the step's side outputs.</param>
    /// <param name="label">A name that is unique in the pipeline; by default the step's name.</param>
    internal StepDeclaration(string step, Changes changes, bool keepsRejected, StepOutputs outputs, string? label = null)
    {
        _step = step;
        _label = label ?? step;
        _changes = changes;
        KeepsRejected = keepsRejected;
        Outputs = outputs;
    }

    internal IReadOnlyList<IState> States => _states;

    /// <summary>The key types of the step's states by key.</summary>
    internal IReadOnlyList<(string State, Type Key)> Keys => _keys;

    internal IReadOnlyList<ITimers> AllTimers => _timers;

    internal IReadOnlyList<IKeyTimes> AllTimes => _times;

    /// <summary>The states that a restart compares.</summary>
    internal IReadOnlyList<DeclaredState> Compared => _compared;

    /// <summary>Whether records on which the user's code fails are rejected instead of stopping the job.</summary>
    public bool KeepsRejected { get; }

    /// <summary>The text that the plan shows for the step because of its declarations; empty: none.</summary>
    internal string Remark { get; private set; } = "";

    /// <summary>The faults of the plan that the step has declared.</summary>
    internal IReadOnlyList<string> Faults => _faults;

    internal StepCounters Counters { get; } = new();

    internal StepOutputs Outputs { get; }

    /// <summary>Declares a counter.</summary>
    /// <param name="definition">The counter's definition.</param>
    /// <param name="tag">The value of the definition's tag, where it has one.</param>
    public Counter Counter(CounterDefinition definition, string? tag = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return Counters.Add(definition, tag);
    }

    /// <summary>Declares a number that is read now and then instead of being counted.</summary>
    /// <param name="definition">The number's definition.</param>
    /// <param name="read">Reads the number; called on the task's thread, between two batches.</param>
    public void Gauge(CounterDefinition definition, Func<long> read)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(read);
        Counters.AddGauge(definition, read);
    }

    /// <summary>Declares numbers whose count is not known yet, such as one for each model.</summary>
    /// <param name="definitions">The numbers' definitions.</param>
    /// <param name="read">Reads all of them, whenever a status is asked for: on any thread, also after the job has ended. It must be safe
    /// for that.</param>
    public void Report(IReadOnlyList<CounterDefinition> definitions, Func<IEnumerable<CounterValue>> read)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        ArgumentNullException.ThrowIfNull(read);
        Counters.AddReport(definitions, read);
    }

    /// <summary>Declares that the step works in event time, for status and diagnosis.</summary>
    /// <param name="watermark">Reads the step's watermark, ms since the Unix epoch; called on the task's thread.</param>
    /// <param name="waitsFor">Reads the approximate event time that the next result waits for; null where that is not known.</param>
    public void EventTime(Func<long> watermark, Func<long?>? waitsFor = null)
    {
        ArgumentNullException.ThrowIfNull(watermark);
        Counters.SetTime(watermark, waitsFor);
    }

    /// <summary>Declares a fault of the plan: one that shows while the step declares, from code of the user's own for example. Others
    /// belong to <see cref="Node.Check"/>.</summary>
    /// <param name="fault">The fault with its remedy; it names the step.</param>
    public void Fault(string fault)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fault);
        _faults.Add(fault);
    }

    /// <summary>Declares the event time that the step has reached for each key: the engine saves it with each checkpoint and restores it,
    /// also where keys come from a process that was further. Once for a step.</summary>
    public KeyTimes<TKey> KeyTimes<TKey>()
        where TKey : notnull
    {
        if (_times.Count > 0) throw new InvalidOperationException("KeyTimes is declared once for a step: it is the step's watermark.");
        var times = new KeyTimes<TKey>();
        _times.Add(times);
        return times;
    }

    /// <summary>Declares a side output, whose stream is taken with <c>SideOutput</c> of the step's result.</summary>
    public SideOutput<T> Output<T>(Output<T> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Outputs.Declare<T>(output);
    }

    /// <summary>Declares a side output of a step on a keyed stream, whose records have the same keys.</summary>
    public SideOutput<Keyed<TKey, T>> Output<TKey, T>(Output<T> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Outputs.Declare<Keyed<TKey, T>>(output);
    }

    /// <summary>Declares all side outputs whose streams are taken, for a step on a keyed stream that runs code of the user's own: that code
    /// names an output only when it emits to it.</summary>
    public SideOutputs<TKey> AllOutputs<TKey>()
    {
        Outputs.DeclareAll<TKey>();
        return new SideOutputs<TKey>(Outputs);
    }

    /// <summary>Declares state by key: kept in memory, part of every checkpoint, and restored from the last one before the step is
    /// opened.</summary>
    /// <remarks>For steps on a keyed stream: an instance sees the records of its own keys and may use the state of those keys
    /// only.</remarks>
    /// <param name="name">The name of the state within the step; the same at every start.</param>
    /// <param name="meaning">The meaning of the values, where their type does not show it: a restart compares it too.</param>
    /// <param name="parts">Writes what has changed of a value, instead of all of it, for checkpoints.</param>
    /// <typeparam name="TKey">The stream's key. A key has several values under a <see cref="KeyPair{TKey, TPart}"/> of it, or, where
    /// numbers tell them apart, under a <see cref="KeyPart{TKey}"/>.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    public KeyedState<TKey, TValue> State<TKey, TValue>(
        string name = "state", string meaning = "", ChangedParts<TValue>? parts = null)
        where TKey : notnull
        => Declared<TKey, TValue>(name, meaning, parts).Main;

    /// <summary>Declares state by key in namespaces, each of which is dropped as a whole: a table for each window, for example.</summary>
    /// <remarks>It follows the rules of <see cref="State"/>.</remarks>
    /// <param name="name">The name of the state within the step; the same at every start.</param>
    /// <param name="meaning">The meaning of the values, where their type does not show it: a restart compares it too.</param>
    public NamespacedState<TKey, TValue> NamespacedState<TKey, TValue>(string name = "state", string meaning = "")
        where TKey : notnull
        => Declared<TKey, TValue>(name, meaning, parts: null);

    /// <summary>Declares state that every worker holds in full and changes in the same way: for a second input that is copied to all
    /// (<see cref="Stream{T}.AddBroadcast"/>).</summary>
    /// <param name="name">The name of the state within the step; the same at every start.</param>
    public KeyedState<TKey, TValue> BroadcastState<TKey, TValue>(string name = "state")
        where TKey : notnull
    {
        Compare<TKey, TValue>(name, "broadcast ");
        return Own(new NamespacedState<TKey, TValue>(NameOf(name), KeyCodec<TKey>.Default, _changes) { IsBroadcast = true }).Main;
    }

    /// <summary>Declares the rows that are in force for keys whose newest row the step rejects: for a step that takes a table's
    /// changes.</summary>
    /// <param name="name">The name of the rows within the step; the same at every start.</param>
    public AcceptedRows<TKey, TRow> AcceptedRows<TKey, TRow>(string name = "accepted")
        where TKey : notnull
    {
        // Rows that cannot be written are no fault where nothing is ever rejected; so a restart compares only the name.
        StateTypes.NoteKeys(typeof(TKey));
        StateTypes.Note(typeof(Kept<TRow>), StateCodec<Kept<TRow>>.IsMemory);
        var full = $"{_label}/{name}/{TypeNames.Full(typeof(TRow))}:{Unsafe.SizeOf<TRow>()}"; // a step without other state needs no name
        return new(Own(new NamespacedState<TKey, Kept<TRow>>(full, KeyCodec<TKey>.Default, _changes)).Main);
    }

    /// <summary>Declares timers by key in event time: the step takes due timers when its watermark advances.</summary>
    /// <param name="name">The name of the timers within the step, beside its states; the same at every start.</param>
    public Timers<TKey> Timers<TKey>(string name = "timers")
        where TKey : notnull
        => Open(TimersOf<TKey>(name));

    /// <summary>Declares timers by key in processing time, by the job's clock; they wake the step's worker.</summary>
    /// <param name="name">The name of the timers within the step, beside its states; the same at every start.</param>
    public ProcessingTimers<TKey> ProcessingTimers<TKey>(string name = "processing-timers")
        where TKey : notnull
        => Open(new ProcessingTimers<TKey>(TimersOf<TKey>(name)));

    /// <summary>Declares records that are kept and, once the watermark has passed them, taken in the order of their time.</summary>
    /// <remarks>They follow the rules of <see cref="State"/>, and cost less than state that is looked up by key.</remarks>
    /// <param name="name">The name of the records within the step, beside its states; the same at every start.</param>
    /// <param name="slice">The length of the slices in which they are taken, at least a millisecond: the shorter, the sooner.</param>
    public WaitingRecords<TKey, T> Waiting<TKey, T>(string name, TimeSpan slice)
        where TKey : notnull
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slice, TimeSpan.FromMilliseconds(1));
        var sliceMs = (long)slice.TotalMilliseconds;
        _keys.Add((name, typeof(TKey)));
        Compare<TKey, T>(name, $"waiting by {sliceMs} ms ");
        return Own(new WaitingRecords<TKey, T>(NameOf(name), _changes, sliceMs));
    }

    /// <summary>Declares records that are kept until the watermark has passed their ends, and are found by key and time: a side of a
    /// join.</summary>
    /// <remarks>They follow the rules of <see cref="State"/>.</remarks>
    /// <param name="name">The name of the records within the step, beside its states; the same at every start.</param>
    /// <param name="slice">The length of the slices in which they are dropped, at least a millisecond.</param>
    public KeptRecords<TKey, T> Kept<TKey, T>(string name, TimeSpan slice)
        where TKey : notnull
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slice, TimeSpan.FromMilliseconds(1));
        var sliceMs = (long)slice.TotalMilliseconds;
        _keys.Add((name, typeof(TKey)));
        Compare<TKey, T>(name, $"kept by {sliceMs} ms ");
        return Own(new KeptRecords<TKey, T>(NameOf(name), _changes, sliceMs));
    }

    /// <summary>Declares what the step saves of each split beside its states (<see cref="StepCheckpoint.SaveOfSplit"/>): a restart compares
    /// its type.</summary>
    /// <exception cref="PlanException">Values cannot be written.</exception>
    internal void OfSplits<T>(string part) => _compared.Add(new(_step, part, $"of splits {StateCodec<T>.Signature}"));

    /// <summary>Declares the records that a step has in flight; null where their type cannot be written.</summary>
    internal KeyedState<InFlightKey, byte[]>? InFlight<T>()
    {
        if (!InFlightState<T>.IsPossible)
        {
            Remark = $"checkpoints wait: {TypeNames.Of(typeof(T))} cannot be written";
            return null;
        }

        _compared.Add(new(_step, "in flight", StateCodec<T>.Signature));
        return Own(new NamespacedState<InFlightKey, byte[]>(NameOf("in-flight"), new InFlightKeyCodec(), _changes)).Main;
    }

    private NamespacedState<TKey, TValue> Declared<TKey, TValue>(string name, string meaning, ChangedParts<TValue>? parts)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(meaning);
        _keys.Add((name, default(TKey) is IKeyOfParts key ? key.Owner : typeof(TKey)));
        Compare<TKey, TValue>(name, meaning.Length == 0 ? "" : $"{meaning} of ");
        return Own(new NamespacedState<TKey, TValue>(NameOf(name), KeyCodec<TKey>.Default, _changes) { Parts = parts });
    }

    private Timers<TKey> TimersOf<TKey>(string name)
        where TKey : notnull
        => new(State<KeyPart<TKey>, bool>(name));

    private TTimers Open<TTimers>(TTimers timers)
        where TTimers : ITimers
    {
        _timers.Add(timers);
        return timers;
    }

    private string NameOf(string state) => $"{_step}/{state}";

    private void Compare<TKey, TValue>(string name, string kind)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (_compared.Exists(other => other.Name == name)) throw PlanException.StateDeclaredTwice(_step, name);
        StateTypes.NoteKeys(typeof(TKey));
        var key = Serdes.WithGiven(TypeNames.Full(typeof(TKey)), typeof(TKey));
        _compared.Add(new(_step, name, $"{kind}{key} -> {StateCodec<TValue>.Signature}"));
    }

    private TState Own<TState>(TState state)
        where TState : IState
    {
        _states.Add(state);
        return state;
    }
}
