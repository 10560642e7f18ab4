namespace Dataflow.Checkpoints;

/// <summary>Bytes that an instance of a step has saved, with the shards that it had: they move to other workers and processes with
/// these.</summary>
internal sealed record SavedPart(ulong Shards, byte[] Bytes)
{
    /// <summary>Returns the parts of several instances, as far as they belong to some shards.</summary>
    public static IEnumerable<SavedPart> Of(IEnumerable<SavedPart> parts, ulong shards)
        => parts.Select(part => part with { Shards = part.Shards & shards }).Where(static part => part.Shards != 0);
}
