using System.Runtime.InteropServices;

namespace Dataflow.Processing;

/// <summary>The side outputs of a running step; emitted records may be held until the user's code has returned.</summary>
internal sealed class SideOutputs<TKey>(IReadOnlyDictionary<object, ISideOutput> outputs)
    where TKey : notnull
{
    private readonly Dictionary<object, IHeld> _held = [];

    /// <summary>Emits a record at once or, if it is to be held, with the next <see cref="Release"/>.</summary>
    public void Emit<TSide>(Output<TSide> output, in Record<Keyed<TKey, TSide>> record, bool isHeld)
    {
        if (!outputs.TryGetValue(output, out var side)) return;
        var taken = (SideOutput<Keyed<TKey, TSide>>)side;
        if (!isHeld)
        {
            taken.Emit(in record);
            return;
        }

        if (!_held.TryGetValue(output, out var held)) _held.Add(output, held = new Held<TSide>(taken));
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
