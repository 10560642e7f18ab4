using Dataflow.Planning;

namespace Dataflow.Extensibility;

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

    /// <summary>Declares all outputs from which a stream of records with the step's keys was taken.</summary>
    public void DeclareAll<TKey>()
    {
        foreach (var side in _taken.Values.Where(static side => side.HasKeys<TKey>())) side.DeclareIn(this);
    }

    /// <summary>Returns a declared output; null: no stream was taken from it.</summary>
    public ISideOutput? Find(object output) => _declared.GetValueOrDefault(output);

    /// <summary>Whether a stream was taken from another object of an output's name and type.</summary>
    public bool HasOther<T>(Output<T> output) => _declared.Keys.OfType<Output<T>>().Any(taken => taken.Name == output.Name);

    public void Connect(IPlanBuilder builder)
    {
        foreach (var (output, made) in _declared) _taken[output].Connect(builder, made);
    }
}
