namespace Dataflow.Hosting.Tests;

/// <summary>A gate at which a step waits.</summary>
internal sealed class Gate : IDisposable
{
    private readonly ManualResetEventSlim _open = new();

    public ManualResetEventSlim Reached { get; } = new();

    public void Pass()
    {
        Reached.Set();
        _open.Wait();
    }

    public void Open() => _open.Set();

    public void Dispose()
    {
        _open.Set(); // a step that waits must not outlive its test
        Reached.Dispose();
    }
}
