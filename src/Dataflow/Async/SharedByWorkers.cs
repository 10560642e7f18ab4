namespace Dataflow.Async;

/// <summary>What the instances of a step have in common.</summary>
internal sealed record SharedByWorkers(RateLimit? Limit, WatermarkAlignment? Alignment) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => default;
}
