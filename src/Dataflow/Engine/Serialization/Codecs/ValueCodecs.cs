using Dataflow.Serialization;

namespace Dataflow.Codecs;

/// <summary>Finds the codecs of types: of the serde that the pipeline was given, else of the one made at compile time, else of the one that
/// is found by reflection.</summary>
public sealed class ValueCodecs
{
    private readonly ValueResolver _resolver;

    internal ValueCodecs(ValueResolver resolver) => _resolver = resolver;

    /// <summary>Returns the codec of a type.</summary>
    public ValueCodec<T> Of<T>() => _resolver.CodecOf<T>();
}
