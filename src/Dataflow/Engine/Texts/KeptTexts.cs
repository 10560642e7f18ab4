namespace Dataflow.Texts;

/// <summary>Gives texts that are keys bytes of their own: those that come again the bytes that they have already.</summary>
internal sealed class KeptTexts
{
    private const int PlacesLog = 12;
    private const int MaxLength = 256; // of those that are remembered

    [ThreadStatic]
    private static KeptTexts? t_ofThread;

    private readonly Utf8[] _places = new Utf8[1 << PlacesLog];

    public static KeptTexts OfThread => t_ofThread ??= new();

    /// <exception cref="SerdeException">The text cannot be written as a key.</exception>
    public Utf8 Keep(Utf8 text)
    {
        ref var place = ref _places[((uint)text.GetHashCode() * 0x9E3779B9u) >> (32 - PlacesLog)];
        if (place == text) return place;
        Utf8TextSerde.Check(text);
        var kept = text.Keep();
        if (kept.Length <= MaxLength) place = kept;
        return kept;
    }
}
