namespace Dataflow.Log.Tests;

/// <summary>The built-in log as jobs meet it.</summary>
public sealed class LogContractTests : LogContract, IDisposable
{
    private readonly TemporaryFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    protected override ValueTask<PartitionedLog> OpenAsync() => new(LogStore.Open(_directory["log"]));
}
