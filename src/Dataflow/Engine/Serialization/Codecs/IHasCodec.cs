namespace Dataflow.Codecs;

/// <summary>A type that writes its values itself, with the codecs of those that they hold: for accumulators and other state.</summary>
public interface IHasCodec
{
    /// <summary>Makes the <see cref="ValueCodec{T}"/> of the type.</summary>
    /// <remarks>It is called on a value of which nothing is set.</remarks>
    /// <param name="codecs">Finds the codecs of other types.</param>
    object MakeCodec(ValueCodecs codecs);
}
