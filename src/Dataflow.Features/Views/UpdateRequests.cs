namespace Dataflow.Features;

/// <summary>How often the features of all entities were asked for: each running step of a view gives them once for each time.</summary>
internal sealed class UpdateRequests
{
    private int _count;

    /// <summary>Called when they are asked for: by any thread.</summary>
    public event Action? Asked;

    public int Count => Volatile.Read(ref _count);

    public void AskForAll()
    {
        Interlocked.Increment(ref _count);
        Asked?.Invoke();
    }
}
