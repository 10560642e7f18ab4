namespace Dataflow.Testing.Disks;

/// <summary>Decides which unsynced changes survive a power loss.</summary>
internal sealed class PowerLoss
{
    private readonly Random? _random;
    private readonly bool _keeps;

    public PowerLoss(Unsynced unsynced) => _keeps = unsynced == Unsynced.Kept;

    public PowerLoss(Random random) => _random = random;

    /// <summary>Whether a change that happens entirely or not at all had reached the disk.</summary>
    public bool Keeps() => _random is null ? _keeps : _random.Next(2) == 0;

    /// <summary>Applies as much of a change as had reached the disk: all, nothing or, by chance, a part.</summary>
    public void Apply(FileChange change, PagedBytes content)
    {
        if (_random is not null && _random.Next(3) == 0) change.ApplyPartlyTo(content, _random);
        else if (Keeps()) change.ApplyTo(content);
    }
}
