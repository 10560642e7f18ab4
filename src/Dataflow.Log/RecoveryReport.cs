using System.Globalization;

namespace Dataflow.Log;

/// <summary>The report of a log's recovery: see <see cref="LogStore.Recovery"/>.</summary>
/// <param name="Generation">The number of the journal file that it carried on from; 0: the log is new.</param>
/// <param name="Entries">How many journal entries after that file's checkpoint were replayed.</param>
/// <param name="Cuts">What was cut off, in no order; empty after a clean close.</param>
public sealed record RecoveryReport(long Generation, long Entries, IReadOnlyList<RecoveryCut> Cuts)
{
    internal static RecoveryReport Nothing { get; } = new(0, 0, []);

    /// <summary>The report in sentences, one for each cut.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"Opened from journal file {Generation}, replayed {Entries} entries, cut {Cuts.Count} places.")
            + string.Concat(Cuts.Select(cut => $"\n{cut}"));
}

/// <summary>Bytes that a file held beyond what the journal knows, and that are gone.</summary>
/// <remarks>
/// As a rule that is the one commit that was under way when the process died, which nobody was told of. If it was the last
/// commit's place in the journal that was damaged, it may have been acknowledged: no log can tell the two apart.
/// </remarks>
/// <param name="File">The full path of the file.</param>
/// <param name="Position">The first byte that was cut; 0: the whole file.</param>
/// <param name="Bytes">How many.</param>
public sealed record RecoveryCut(string File, long Position, long Bytes)
{
    /// <summary>The topic, or null when it was the journal that was cut.</summary>
    public string? Topic { get; init; }

    /// <summary>The partition, or null when it was the journal that was cut.</summary>
    public int? Partition { get; init; }

    /// <summary>The offset that the first of its records had, or null when it was the journal that was cut.</summary>
    public long? Offset { get; init; }

    /// <summary>How many intact records were among the bytes.</summary>
    public long Records { get; init; }

    /// <summary>The cut in one sentence.</summary>
    public override string ToString() => Topic is null
        ? string.Create(CultureInfo.InvariantCulture, $"Journal '{File}', byte {Position}: {Bytes} bytes of an entry that was not written whole.")
        : string.Create(CultureInfo.InvariantCulture, $"Topic '{Topic}', partition {Partition}, offset {Offset}, file '{File}', byte {Position}: {Bytes} bytes with {Records} intact records that the journal does not know.");
}
