namespace Dataflow.Checkpoints;

/// <summary>The progress of reading a split.</summary>
internal sealed record SplitPosition
{
    public required string Name { get; init; }

    /// <summary>The split's number in the pipeline's runs, which state may contain; null in manifests that are older than that.</summary>
    public int? Id { get; init; }

    /// <summary>The shard that it moves with between processes; null: the one that follows from the name.</summary>
    public int? Shard { get; init; }

    /// <summary>The repartition topic of which it is a partition; null: it is a split of a source.</summary>
    public string? Topic { get; init; }

    /// <summary>The position to continue from.</summary>
    public required long Position { get; init; }

    /// <summary>The records behind the position that are handled already; null: none.</summary>
    public HandledPart? Handled { get; init; }

    /// <summary>The position at which the split ends for this job, if that was known when it first started.</summary>
    public required long? End { get; init; }

    public required bool IsFinished { get; init; }

    /// <summary>The reader's mark of what it had read.</summary>
    public byte[]? Mark { get; init; }
}
