namespace Dataflow.Runtime;

/// <summary>Holds streams back until the inputs are loaded that are read first, tables above all, and the sources are read that are put in
/// order.</summary>
internal sealed class StartGate(JobRun job)
{
    private readonly int _inputsToLoad = job.Workers.Count * job.Plan.Nodes.Count(static node => node.ReadFirst is not null);
    private int _inputsLoaded;
    private int _gathering; // splits that still take in what they give later

    private bool InputsAreLoaded => Volatile.Read(ref _inputsLoaded) >= _inputsToLoad;

    public bool IsOpen => InputsAreLoaded && (Volatile.Read(ref _gathering) == 0 || job.IsDraining);

    /// <summary>Tells that one worker's part of an input is loaded.</summary>
    public void InputLoaded()
    {
        Interlocked.Increment(ref _inputsLoaded);
        job.WakeWorkers();
    }

    public void BeginGathering() => Interlocked.Increment(ref _gathering);

    public void EndGathering()
    {
        if (Interlocked.Decrement(ref _gathering) == 0) job.WakeWorkers();
    }
}
