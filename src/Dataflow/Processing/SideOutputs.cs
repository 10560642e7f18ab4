using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Dataflow.Processing;

/// <summary>The side outputs of a running step; emitted records may be held until the user's code has returned.</summary>
internal sealed class SideOutputs<TKey>(IReadOnlyDictionary<object, ISideOutput> outputs)
    where TKey : notnull
{
    private readonly object[] _taken = [.. outputs.Keys];
    private readonly Dictionary<object, IHeld> _held = [];

    /// <summary>Finds the stream that was taken of an output; false if there is none.</summary>
    /// <exception cref="InvalidOperationException">One was taken of another object of the same name and type.</exception>
    public bool TryFind<TSide>(Output<TSide> output, [NotNullWhen(true)] out SideOutput<Keyed<TKey, TSide>>? stream)
    {
        stream = outputs.TryGetValue(output, out var side) ? (SideOutput<Keyed<TKey, TSide>>)side : null;
        if (stream is null) CheckNotConfused(output);
        return stream is not null;
    }

    /// <summary>Emits a record at once or, if it is to be held, with the next <see cref="Release"/>.</summary>
    public void Emit<TSide>(SideOutput<Keyed<TKey, TSide>> stream, in Record<Keyed<TKey, TSide>> record, bool isHeld)
    {
        if (!isHeld)
        {
            stream.Emit(in record);
            return;
        }

        if (!_held.TryGetValue(stream, out var held)) _held.Add(stream, held = new Held<TSide>(stream));
        ((Held<TSide>)held).Records.Add(record);
    }

    public void Release()
    {
        foreach (var held in _held.Values) held.Release();
    }

    public void DropHeld()
    {
        foreach (var held in _held.Values) held.Drop();
    }

    private void CheckNotConfused<TSide>(Output<TSide> output)
    {
        foreach (var other in _taken)
        {
            if (other is Output<TSide> taken && taken.Name == output.Name)
            {
                throw new InvalidOperationException(
                    $"Nobody takes this Output object '{output.Name}', but another of the same name and type. Make one, and give it to the "
                    + "step's code and to SideOutput.");
            }
        }
    }

    private interface IHeld
    {
        void Release();

        void Drop();
    }

    private sealed class Held<TSide>(SideOutput<Keyed<TKey, TSide>> output) : IHeld
    {
        public List<Record<Keyed<TKey, TSide>>> Records { get; } = [];

        public void Release()
        {
            foreach (ref readonly var record in CollectionsMarshal.AsSpan(Records)) output.Emit(in record);
            Records.Clear();
        }

        public void Drop() => Records.Clear();
    }
}
