using Dataflow.Log;

namespace Dataflow.State;

/// <summary>Splits entries larger than a record of the log may be into several records, which follow each other in one commit.</summary>
internal static class EntryParts
{
    /// <summary>The largest part of a value in one record: small enough that batches, which hold at most 16 MiB, keep a common
    /// size.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>Appends an entry of a changelog or snapshot: first its value's parts, if it has several, then the entry with the
    /// rest.</summary>
    /// <param name="records">The records to append to; their order is kept.</param>
    /// <param name="key">The key, laid out by <see cref="ChangeKey"/>.</param>
    /// <param name="value">The value.</param>
    public static void Append(RecordBuffer records, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (value.Length > MaxBytes)
        {
            Span<byte> part = stackalloc byte[ChangeKey.PrefixBytes];
            key[..ChangeKey.PrefixBytes].CopyTo(part);
            part[0] = (byte)ChangelogKind.Part;
            for (; value.Length > MaxBytes; value = value[MaxBytes..]) records.Append(0, part, value[..MaxBytes]);
        }

        records.Append(0, key, value);
    }
}
