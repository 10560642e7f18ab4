using Dataflow.Serialization;

namespace Dataflow.Codecs;

/// <summary>Finds the codecs of types: of the serde that the pipeline was given, else of the one made at compile time, else of the one that
/// is found by reflection.</summary>
public sealed class ValueCodecs
{
    private readonly ValueResolver _resolver;

    internal ValueCodecs(ValueResolver resolver) => _resolver = resolver;

    /// <summary>Returns the codec of a type.</summary>
    public ValueCodec<T> Of<T>()
    {
        var codec = _resolver.CodecOf<T>();
        return codec.LendsTexts || !ValueCheck.MayHoldTexts(typeof(T)) ? codec : new CopyingCodec<T>(codec);
    }

    /// <summary>Returns the codec of a member of a tuple: as reflection does, it takes no given serde of the commonest numbers.</summary>
    internal ValueCodec<T> OfMember<T>()
        => typeof(T) == typeof(long) || typeof(T) == typeof(int) || typeof(T) == typeof(double)
            ? ValueResolver.Default.CodecOf<T>() : Of<T>();
}
