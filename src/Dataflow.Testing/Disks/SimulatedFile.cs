namespace Dataflow.Testing.Disks;

/// <summary>The content of a file: that visible to programs, that on disk, and the pending changes between.</summary>
internal sealed class SimulatedFile : SimulatedNode
{
    private readonly PagedBytes _durable;
    private readonly List<FileChange> _pending;

    public SimulatedFile()
        : this(new PagedBytes(), new PagedBytes(), [])
    {
    }

    private SimulatedFile(PagedBytes content, PagedBytes durable, List<FileChange> pending)
        => (Content, _durable, _pending) = (content, durable, pending);

    /// <summary>The content visible to programs.</summary>
    public PagedBytes Content { get; }

    public void Change(FileChange change)
    {
        change.ApplyTo(Content);
        _pending.Add(change);
    }

    public void Sync()
    {
        foreach (var change in _pending)
            if (!change.IsAbandoned) change.ApplyTo(_durable);
        _pending.Clear();
    }

    /// <summary>Abandons the pending changes of a failed sync, as Linux does: whether they are on disk is chance, and no later sync
    /// writes them.</summary>
    public void FailSync() => _pending.ForEach(change => change.IsAbandoned = true);

    public override SimulatedNode After(PowerLoss loss)
    {
        var content = new PagedBytes(_durable);
        foreach (var change in _pending) loss.Apply(change, content);
        return new SimulatedFile(content, new PagedBytes(content), []);
    }

    public override SimulatedNode Copy()
        => new SimulatedFile(
            new PagedBytes(Content), new PagedBytes(_durable), [.. _pending.Select(change => change with { })]);
}
