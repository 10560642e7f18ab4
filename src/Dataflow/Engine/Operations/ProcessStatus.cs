namespace Dataflow.Operations;

/// <summary>A process that shares the work of a pipeline, as its last checkpoint shows it.</summary>
/// <param name="Name">The machine and the number of the process.</param>
/// <param name="Shards">The number of its shards: of 64 in all.</param>
/// <param name="Checkpoint">The number of its last checkpoint.</param>
/// <param name="HasEnded">Whether it has handled all its input to the end, and waits for the others.</param>
public sealed record ProcessStatus(string Name, int Shards, long Checkpoint, bool HasEnded)
{
    /// <summary>The address that it advertises (<see cref="JobOptions.AdvertisedAddress"/>); null: none.</summary>
    public Uri? Address { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Shards} shards, checkpoint {Checkpoint}{(HasEnded ? ", at the end" : "")}";
}
