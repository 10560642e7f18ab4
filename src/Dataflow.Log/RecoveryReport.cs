using System.Globalization;

namespace Dataflow.Log;

/// <summary>The report of a log's recovery: see <see cref="LogStore.Recovery"/>.</summary>
/// <param name="Generation">The number of the journal file that it carried on from; 0: the log is new.</param>
/// <param name="Entries">The number of journal entries replayed after that file's checkpoint.</param>
/// <param name="Cuts">The bytes that were cut off, in no order; empty after a clean close.</param>
public sealed record RecoveryReport(long Generation, long Entries, IReadOnlyList<RecoveryCut> Cuts)
{
    internal static RecoveryReport Nothing { get; } = new(0, 0, []);

    /// <summary>Formats the report in sentences, one for each cut.</summary>
    public override string ToString()
        => string.Create(
            CultureInfo.InvariantCulture, $"Opened from journal file {Generation}, replayed {Entries} entries, cut {Cuts.Count} places.")
            + string.Concat(Cuts.Select(cut => $"\n{cut}"));
}

/// <summary>A cut: bytes of a file beyond the journal's content, which were removed.</summary>
/// <remarks>Usually this is the one commit that was in progress when the process died, which was never acknowledged. If the last commit's
/// entry in the journal was damaged, it may have been acknowledged: no log can tell the two apart.</remarks>
/// <param name="File">The full path of the file.</param>
/// <param name="Position">The first byte that was cut; 0: the whole file.</param>
/// <param name="Bytes">The number of bytes cut.</param>
public sealed record RecoveryCut(string File, long Position, long Bytes)
{
    /// <summary>The topic, or null when the journal was cut.</summary>
    public string? Topic { get; init; }

    /// <summary>The partition, or null when the journal was cut.</summary>
    public int? Partition { get; init; }

    /// <summary>The offset of the first removed record, or null when the journal was cut.</summary>
    public long? Offset { get; init; }

    /// <summary>The number of intact records among the bytes.</summary>
    public long Records { get; init; }

    /// <summary>Formats the cut in one sentence.</summary>
    public override string ToString() => Topic is null
        ? string.Create(
            CultureInfo.InvariantCulture, $"Journal '{File}', byte {Position}: {Bytes} bytes of an entry that was not written whole.")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"Topic '{Topic}', partition {Partition}, offset {Offset}, file '{File}', byte {Position}: {Bytes} bytes with {Records} intact "
                + $"records that the journal does not know.");
}
