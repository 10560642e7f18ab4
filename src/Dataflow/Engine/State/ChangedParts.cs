namespace Dataflow.Codecs;

/// <summary>Lets a checkpoint write only what has changed of a value of keyed state: where values are large, change in small parts, and
/// note which.</summary>
/// <remarks>The bytes of a value are those that its serde writes; numbers and structs without references are written as they lie in
/// memory. An entry that was added, or restored, is written whole the first time, whatever its value notes. The notes are of the value's
/// own bytes, in the value itself: one that replaces another has none, which is what its type has by default, and is never a copy of
/// another key's.</remarks>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <example><code>
/// public override bool TryWrite(ref Numbers value, PatchWriter patch)
/// {
///     if (!value.IsWritten || value.Changed > value.Next) return false; // never written, or changed at both ends
///     var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan&lt;Numbers>(ref value));
///     var (from, to) = (Start + ((value.Next - value.Changed) * sizeof(long)), Start + (value.Next * sizeof(long)));
///     patch.Write(bytes[..Start]);
///     patch.Keep(Start, from - Start);
///     patch.Write(bytes[from..to]);
///     patch.Keep(to, End - to);
///     return true;
/// }
/// </code></example>
public abstract class ChangedParts<TValue>
{
    /// <summary>Writes what has changed of a value since <see cref="Written"/>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="patch">Takes it: the bytes that the serde would write now, or where they are in those before.</param>
    /// <returns>Whether that is known, and much less than the value; false: it is written whole, whatever the patch has got.</returns>
    public abstract bool TryWrite(ref TValue value, PatchWriter patch);

    /// <summary>Notes that the next checkpoint has the value as it is.</summary>
    /// <param name="value">The value; the notes may change its bytes only where <see cref="TryWrite"/> writes those always.</param>
    public abstract void Written(ref TValue value);

    /// <summary>Prefetches the memory of a value that will be written soon: where that is behind references.</summary>
    /// <param name="value">The value, to be looked at but not behind its references.</param>
    public virtual void Prefetch(ref readonly TValue value)
    {
    }
}
