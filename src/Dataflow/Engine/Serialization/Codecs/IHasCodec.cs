namespace Dataflow.Codecs;

/// <summary>A type that says how its values are written: for accumulators and other state.</summary>
/// <remarks>In state, structs without references are not asked: they are written as they lie in memory. A type that is derived from this
/// one is written field by field, unless it has a codec of its own.</remarks>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IHasCodec<TSelf>
{
    /// <summary>Makes the codec of the type. It is called on a value of which nothing is set.</summary>
    /// <param name="codecs">Finds the codecs of other types.</param>
    ValueCodec<TSelf> MakeCodec(ValueCodecs codecs);
}
