namespace Dataflow.Extensibility;

/// <summary>The side outputs of a running step whose code names an output only when it emits to it: made by
/// <see cref="StepDeclaration.AllOutputs{TKey}"/>.</summary>
public sealed class SideOutputs<TKey>
{
    private readonly StepOutputs _outputs;

    internal SideOutputs(StepOutputs outputs) => _outputs = outputs;

    /// <summary>Finds the running end of an output; null: no stream was taken from it, so there is nothing to emit.</summary>
    /// <exception cref="InvalidOperationException">A stream was taken from another object of the same name and type.</exception>
    public SideOutput<Keyed<TKey, T>>? Find<T>(Output<T> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_outputs.Find(output) is { } found) return (SideOutput<Keyed<TKey, T>>)found;
        if (!_outputs.HasOther(output)) return null;
        throw new InvalidOperationException(
            $"Nobody takes this Output object '{output.Name}', but another of the same name and type. Make one, and give it to the "
            + "step's code and to SideOutput.");
    }
}
