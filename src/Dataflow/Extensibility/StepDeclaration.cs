using Dataflow.Async;
using Dataflow.Joins;
using Dataflow.Planning;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>Takes what a step keeps, in its <see cref="Operator.Declare"/>.</summary>
/// <remarks>Names and types of the states become part of the pipeline's signature: a restart compares them with its checkpoint and
/// refuses what does not fit. A type that cannot be written and a name that is given twice are faults of the plan.</remarks>
public sealed class StepDeclaration
{
    private readonly string _step;
    private readonly string _label;
    private readonly Changes _changes;
    private readonly List<IState> _states = [];
    private readonly List<DeclaredState> _compared = [];
    private readonly List<(string State, Type Key)> _keys = [];
    private readonly List<ITimers> _timers = [];

    /// <param name="step">The step's name.</param>
    /// <param name="changes">Takes what checkpoints write.</param>
    /// <param name="keepsRejected">Whether records on which the user's code fails are left out.</param>
    /// <param name="outputs">The streams that were taken of the step's second outputs.</param>
    /// <param name="label">A name that no other step of the pipeline has; the step's name where it has no namesake.</param>
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

    /// <summary>The states that a restart compares.</summary>
    internal IReadOnlyList<DeclaredState> Compared => _compared;

    /// <summary>Whether records on which the user's code fails are left out instead of stopping the job.</summary>
    internal bool KeepsRejected { get; }

    /// <summary>What the plan shows of the step because of what it declares; empty: nothing.</summary>
    internal string Remark { get; private set; } = "";

    internal StepCounters Counters { get; } = new();

    internal StepOutputs Outputs { get; }

    /// <summary>Declares a number that the step counts.</summary>
    /// <param name="definition">Its meaning.</param>
    /// <param name="tag">The value of the definition's tag, where it has one.</param>
    public Counter Counter(CounterDefinition definition, string? tag = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return Counters.Add(definition, tag);
    }

    /// <summary>Declares a number that is looked up now and then, instead of being counted.</summary>
    /// <param name="definition">Its meaning.</param>
    /// <param name="read">Looks it up; called on the task's thread, at a moment between two batches.</param>
    public void Gauge(CounterDefinition definition, Func<long> read)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(read);
        Counters.AddGauge(definition, read);
    }

    /// <summary>Declares numbers of which it is not known yet how many there are, such as one for each model.</summary>
    /// <param name="definitions">Their meanings.</param>
    /// <param name="read">Looks all of them up, whenever a status is asked for: on any thread, and after the job has ended too. It must be safe for that.</param>
    public void Report(IReadOnlyList<CounterDefinition> definitions, Func<IEnumerable<CounterValue>> read)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        ArgumentNullException.ThrowIfNull(read);
        Counters.AddReport(definitions, read);
    }

    /// <summary>Declares that the step goes by event time, for status and diagnosis.</summary>
    /// <param name="watermark">How far event time has come at the step, ms since the Unix epoch; called on the task's thread.</param>
    /// <param name="waitsFor">About which event time the next result waits for; null where that is not known.</param>
    public void EventTime(Func<long> watermark, Func<long?>? waitsFor = null)
    {
        ArgumentNullException.ThrowIfNull(watermark);
        Counters.SetTime(watermark, waitsFor);
    }

    /// <summary>Declares a second output, whose stream is taken with <c>SideOutput</c> of the step's result.</summary>
    public SideOutput<T> Output<T>(Output<T> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Outputs.Declare<T>(output);
    }

    /// <summary>Declares a second output of a step on a keyed stream, whose records have the same keys.</summary>
    public SideOutput<Keyed<TKey, T>> Output<TKey, T>(Output<T> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Outputs.Declare<Keyed<TKey, T>>(output);
    }

    /// <summary>Declares state by key: kept in memory, part of every checkpoint, and filled from the last one when the step is opened.</summary>
    /// <remarks>For steps on a keyed stream: an instance sees the records of its own keys and may use the state of those
    /// keys alone.</remarks>
    /// <param name="name">Names the state within the step; the same at every start.</param>
    public KeyedState<TKey, TValue> State<TKey, TValue>(string name = "state")
        where TKey : notnull
        => NamespacedState<TKey, TValue>(name).Main;

    /// <summary>Declares state of which a key has several values, each under a number: a time, or a place in a list.</summary>
    /// <remarks>It obeys the rules of <see cref="State{TKey, TValue}"/>. The number has no part in which worker holds a value.</remarks>
    /// <param name="name">Names the state within the step; the same at every start.</param>
    public KeyedState<KeyPart<TKey>, TValue> PartState<TKey, TValue>(string name = "parts")
        where TKey : notnull
    {
        _keys.Add((name, typeof(TKey)));
        return Tables<KeyPart<TKey>, TValue>(name, new KeyPartCodec<TKey>()).Main;
    }

    /// <summary>Declares state by key that falls into namespaces, each dropped as a whole: a table for each window, say.</summary>
    /// <remarks>It obeys the rules of <see cref="State{TKey, TValue}"/>.</remarks>
    /// <param name="name">Names the state within the step; the same at every start.</param>
    public NamespacedState<TKey, TValue> NamespacedState<TKey, TValue>(string name = "state")
        where TKey : notnull
    {
        _keys.Add((name, typeof(TKey)));
        return Tables<TKey, TValue>(name, KeyCodec<TKey>.Default);
    }

    /// <summary>Declares timers by key that go by event time: the step takes them as its watermark advances.</summary>
    /// <param name="name">Names them within the step, beside its states; the same at every start.</param>
    public Timers<TKey> Timers<TKey>(string name = "timers")
        where TKey : notnull
        => Open(TimersOf<TKey>(name));

    /// <summary>Declares timers by key that go by the job's clock, and wake the step's worker.</summary>
    /// <param name="name">Names them within the step, beside its states; the same at every start.</param>
    public ProcessingTimers<TKey> ProcessingTimers<TKey>(string name = "processing-timers")
        where TKey : notnull
        => Open(new ProcessingTimers<TKey>(TimersOf<TKey>(name)));

    /// <summary>Declares records that are kept as they come and taken, in the order of their time, once the watermark has passed
    /// them.</summary>
    /// <remarks>It obeys the rules of <see cref="State{TKey, TValue}"/>, and costs less than state for what is never looked up.</remarks>
    /// <param name="name">Names them within the step, beside its states; the same at every start.</param>
    /// <param name="slice">They are taken by slices of this length, at least a millisecond: the shorter, the sooner.</param>
    public WaitingRecords<TKey, T> Waiting<TKey, T>(string name, TimeSpan slice)
        where TKey : notnull
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slice, TimeSpan.FromMilliseconds(1));
        var sliceMs = (long)slice.TotalMilliseconds;
        _keys.Add((name, typeof(TKey)));
        Compare<TKey, T>(name, $"waiting by {sliceMs} ms ");
        return Own(new WaitingRecords<TKey, T>(NameOf(name), _changes, sliceMs));
    }

    /// <summary>Declares state whose keys fall into parts that are dropped as a whole.</summary>
    /// <param name="name">Names the state within the step.</param>
    /// <param name="keys">How keys are hashed and written.</param>
    /// <param name="meaning">The meaning of the values, if their type does not say it.</param>
    internal NamespacedState<TKey, TValue> Tables<TKey, TValue>(string name, KeyCodec<TKey> keys, string meaning = "")
        where TKey : notnull
    {
        Compare<TKey, TValue>(name, meaning.Length == 0 ? "" : $"{meaning} of ");
        return Own(new NamespacedState<TKey, TValue>(NameOf(name), keys, _changes));
    }

    /// <summary>Declares state that a restart does not compare: its name must change with its type. A step that has no other state needs no
    /// name of its own, so the state goes by the label.</summary>
    internal KeyedState<TKey, TValue> Uncompared<TKey, TValue>(string name, KeyCodec<TKey> keys)
        where TKey : notnull
        => Own(new NamespacedState<TKey, TValue>($"{_label}/{name}", keys, _changes)).Main;

    /// <summary>Declares state that every worker holds in full, and changes alike.</summary>
    internal KeyedState<TKey, TValue> Broadcast<TKey, TValue>(string name)
        where TKey : notnull
    {
        Compare<TKey, TValue>(name, "broadcast ");
        return Own(new NamespacedState<TKey, TValue>(NameOf(name), KeyCodec<TKey>.Default, _changes) { IsBroadcast = true }).Main;
    }

    /// <summary>Declares the records that one side of a join keeps.</summary>
    internal KeptRecords<TKey, T> Kept<TKey, T>(string name, long sliceMs)
        where TKey : notnull
    {
        Compare<TKey, T>(name, $"kept by {sliceMs} ms ");
        return Own(new KeptRecords<TKey, T>(NameOf(name), _changes, sliceMs));
    }


    /// <summary>Declares the records that a step has in flight; null where their type cannot be written.</summary>
    internal KeyedState<InFlightKey, byte[]>? InFlight<T>()
    {
        if (!InFlightState<T>.IsPossible)
        {
            Remark = $"checkpoints wait: {TypeNames.Of(typeof(T))} cannot be written";
            return null;
        }

        _compared.Add(new("in flight", TypeNames.Of(typeof(T))));
        return Own(new NamespacedState<InFlightKey, byte[]>(NameOf("in-flight"), new InFlightKeyCodec(), _changes)).Main;
    }

    private Timers<TKey> TimersOf<TKey>(string name)
        where TKey : notnull
        => new(PartState<TKey, bool>(name));

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
        _compared.Add(new(name, $"{kind}{TypeNames.Of(typeof(TKey))} -> {StateCodec<TValue>.Signature}"));
    }

    private TState Own<TState>(TState state)
        where TState : IState
    {
        _states.Add(state);
        return state;
    }
}
