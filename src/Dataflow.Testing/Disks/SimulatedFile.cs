namespace Dataflow.Testing.Disks;

/// <summary>The content of a file: as programs see it, as the disk has it, and what lies between the two.</summary>
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

    /// <summary>What programs see.</summary>
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

    /// <summary>
    /// Linux takes the pages of a failed sync for written: whether they are is chance, and no later sync writes them.
    /// </summary>
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
