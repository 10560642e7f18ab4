namespace Dataflow.Async;

/// <summary>The objects that the instances of a step on all workers share.</summary>
internal sealed record SharedByWorkers(RateLimit? Limit, WatermarkAlignment? Alignment) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => default;
}
