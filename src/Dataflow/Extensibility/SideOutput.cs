using Dataflow.Planning;

namespace Dataflow.Extensibility;

/// <summary>The running end of a side output: emits records to the stream that was taken from it.</summary>
/// <remarks>Event time and idleness follow those of the step's main output automatically.</remarks>
public sealed class SideOutput<T> : ISideOutput
{
    private Operator<T>? _next;

    internal SideOutput(bool isTaken) => IsTaken = isTaken;

    /// <summary>Whether a stream was taken from it; if not, emitted records are dropped.</summary>
    public bool IsTaken { get; }

    /// <summary>Emits a record to the next step, within this call.</summary>
    public void Emit(in Record<T> record) => _next?.Process(in record);

    internal void ConnectTo(Operator<T> next) => _next = next;

    void ISideOutput.Advance(long watermark) => _next?.Advance(watermark);

    void ISideOutput.Idle(Idleness idleness) => _next?.Idle(idleness);
}

/// <summary>A side output of any type.</summary>
internal interface ISideOutput
{
    void Advance(long watermark);

    void Idle(Idleness idleness);
}

/// <summary>The side outputs of one instance of a step: the declared ones, and the streams that were taken from them.</summary>
internal sealed class StepOutputs(IEnumerable<ISideNode> taken)
{
    private readonly Dictionary<object, ISideNode> _taken
        = taken.DistinctBy(static side => side.Output).ToDictionary(static side => side.Output);
    private readonly Dictionary<object, ISideOutput> _declared = [];

    /// <summary>The declared outputs from which a stream was taken.</summary>
    public IReadOnlyCollection<ISideOutput> Declared => _declared.Values;

    /// <summary>The streams that were taken from outputs which the step does not have.</summary>
    public IEnumerable<ISideNode> Missing => _taken.Values.Where(side => !_declared.ContainsKey(side.Output));

    public SideOutput<T> Declare<T>(object output)
    {
        if (_declared.TryGetValue(output, out var declared)) return (SideOutput<T>)declared;
        if (!_taken.TryGetValue(output, out var side) || side is not SideNode<T>) return new SideOutput<T>(isTaken: false);
        var made = new SideOutput<T>(isTaken: true);
        _declared.Add(output, made);
        return made;
    }

    /// <summary>Declares all outputs from which a stream was taken.</summary>
    public IReadOnlyDictionary<object, ISideOutput> DeclareAll()
    {
        foreach (var side in _taken.Values) side.DeclareIn(this);
        return _declared;
    }

    public void Connect(IPlanBuilder builder)
    {
        foreach (var (output, made) in _declared) _taken[output].Connect(builder, made);
    }
}
