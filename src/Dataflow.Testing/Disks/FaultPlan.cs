namespace Dataflow.Testing.Disks;

/// <summary>Counts the operations of a disk and decides which of them crash or fail. The caller holds the lock.</summary>
internal sealed class FaultPlan
{
    private readonly List<DiskOperation> _operations = [];
    private readonly Dictionary<int, IOException> _failures = [];
    private int? _crashAt;

    public IReadOnlyList<DiskOperation> Operations => _operations;

    public bool HasCrashed { get; private set; }

    public bool CrashesHalfway { get; private set; }

    public bool FailSyncs { get; set; }

    public void CrashAt(int operation, bool halfway) => (_crashAt, CrashesHalfway) = (operation, halfway);

    public void FailAt(int operation, IOException error) => _failures[operation] = error;

    /// <summary>Counts an operation that happens entirely or, when this throws, not at all.</summary>
    public void Begin(DiskOperationKind kind, string path)
    {
        if (Count(kind, path) is { } error) throw error;
    }

    /// <summary>Counts an operation and returns its error, or null.</summary>
    public Exception? Count(DiskOperationKind kind, string path)
    {
        ThrowIfCrashed();
        var number = _operations.Count;
        var operation = new DiskOperation(kind, path);
        _operations.Add(operation);
        if (number == _crashAt)
        {
            HasCrashed = true;
            return SimulatedCrashException.At(number, operation);
        }
        if (_failures.TryGetValue(number, out var failure)) return failure;
        var isSync = kind is DiskOperationKind.Sync or DiskOperationKind.SyncDirectory;
        return isSync && FailSyncs ? new IOException($"Input/output error: {operation}", hresult: 5) : null;
    }

    public void ThrowIfCrashed()
    {
        if (HasCrashed) throw SimulatedCrashException.Afterwards();
    }
}
