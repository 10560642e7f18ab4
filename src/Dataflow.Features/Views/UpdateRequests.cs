namespace Dataflow.Features;

/// <summary>Counts the requests for the features of all entities: each running step of a view emits them once for each request.</summary>
internal sealed class UpdateRequests
{
    private int _count;

    /// <summary>Raised when they are requested, on the thread of the request.</summary>
    public event Action? Asked;

    public int Count => Volatile.Read(ref _count);

    public void AskForAll()
    {
        Interlocked.Increment(ref _count);
        Asked?.Invoke();
    }
}
