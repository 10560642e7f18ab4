using System.Numerics;

namespace Dataflow.Combining;

/// <summary>The open parts at a stage's end, by key and pane, in the order of their first values.</summary>
/// <remarks>Emptied often: places are valid for one filling, so that only the parts themselves are cleared.</remarks>
internal sealed class PartTable<TKey, TAccumulator>(int max)
    where TKey : notnull
{
    private readonly KeyCodec<TKey> _keys = KeyCodec<TKey>.Default;
    private readonly OpenPart[] _parts = new OpenPart[max];
    private readonly Place[] _places = new Place[(int)BitOperations.RoundUpToPowerOf2((uint)max * 2)];
    private int _filling = 1;

    public int Count { get; private set; }

    public bool IsFull => Count == _parts.Length;

    public ReadOnlySpan<OpenPart> All => _parts.AsSpan(0, Count);

    /// <summary>Finds the part of a key in a pane, which is new if its count is 0; there must be room for one more.</summary>
    public ref OpenPart Find(TKey key, long pane)
    {
        var hash = _keys.Hash(key);
        var mask = _places.Length - 1;
        for (var at = (int)(((hash ^ (uint)pane) * 0x9E3779B9u) >> 8) & mask; ; at = (at + 1) & mask)
        {
            ref var place = ref _places[at];
            if (place.Filling != _filling)
            {
                place = new(_filling, Count);
                ref var added = ref _parts[Count++];
                (added.Key, added.Hash, added.Pane) = (key, hash, pane);
                return ref added;
            }

            ref var part = ref _parts[place.Index];
            if (part.Hash == hash && part.Pane == pane && EqualityComparer<TKey>.Default.Equals(part.Key, key)) return ref part;
        }
    }

    public void Clear()
    {
        _parts.AsSpan(0, Count).Clear();
        Count = 0;
        _filling++;
    }

    private readonly record struct Place(int Filling, int Index);

    internal struct OpenPart
    {
        public TKey Key;
        public TAccumulator Accumulator;
        public long Pane;
        public long Newest;
        public long Count;
        public uint Hash;
    }
}
