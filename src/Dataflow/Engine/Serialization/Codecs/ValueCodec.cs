namespace Dataflow.Codecs;

/// <summary>Writes values of a type, and reads them, at a place among others.</summary>
/// <remarks>For the codecs that <see cref="DataflowRecordAttribute"/> makes. Safe for several threads.</remarks>
public abstract class ValueCodec<T>
{
    /// <summary>Writes a value.</summary>
    public abstract void Write(ref ValueWriter writer, T value);

    /// <summary>Reads a value.</summary>
    public abstract T Read(ref ValueReader reader);

    /// <summary>Whether texts that it reads may lie where the value was read, instead of being copied: only where the places of all texts
    /// in a value are known, so that they can be kept (<c>HeldTexts</c>).</summary>
    internal virtual bool LendsTexts => false;

    /// <summary>Reads a value to where it belongs: cheaper than a copy of a large struct. What is there is overwritten, also by part of a
    /// value that cannot be read.</summary>
    internal virtual void Read(ref ValueReader reader, out T value) => value = Read(ref reader);
}
