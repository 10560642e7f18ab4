using System.Runtime.InteropServices;

namespace Dataflow.Processing;

/// <summary>Records for side outputs that are held until the user's code has returned.</summary>
internal sealed class HeldOutputs<TKey>
    where TKey : notnull
{
    private readonly Dictionary<object, IHeld> _held = [];

    /// <summary>Holds a record until the next <see cref="Release"/>, which emits it, or <see cref="Drop"/>.</summary>
    public void Hold<TSide>(SideOutput<Keyed<TKey, TSide>> output, in Record<Keyed<TKey, TSide>> record)
    {
        if (!_held.TryGetValue(output, out var held)) _held.Add(output, held = new Held<TSide>(output));
        ((Held<TSide>)held).Records.Add(record);
    }

    public void Release()
    {
        foreach (var held in _held.Values) held.Release();
    }

    public void Drop()
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
