namespace Dataflow.Texts;

/// <summary>Gives keys that hold texts bytes of their own: keys that come again the bytes that they have already.</summary>
internal sealed class KeptKeys<TKey>
    where TKey : notnull
{
    private const int PlacesLog = 12;

    [ThreadStatic]
    private static KeptKeys<TKey>? t_ofThread;

    private readonly (bool IsTaken, TKey Key)[] _places = new (bool, TKey)[1 << PlacesLog];

    public static KeptKeys<TKey> OfThread => t_ofThread ??= new();

    public TKey Keep(TKey key)
    {
        var hash = (uint)key.GetHashCode() * 0x9E3779B9u;
        ref var place = ref _places[hash >> (32 - PlacesLog)];
        if (!place.IsTaken || !EqualityComparer<TKey>.Default.Equals(place.Key, key)) place = (true, Utf8.KeepIn(key));
        return place.Key;
    }
}
