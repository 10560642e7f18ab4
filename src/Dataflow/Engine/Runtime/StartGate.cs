namespace Dataflow.Runtime;

/// <summary>Holds streams back until the inputs that are read first, such as tables, are loaded, and the sources that are sorted are
/// read.</summary>
internal sealed class StartGate(JobRun job)
{
    private readonly int _inputsToLoad = job.Workers.Count * job.Plan.Nodes.Count(static node => node.ReadFirst is not null);
    private int _inputsLoaded;
    private int _gathering; // the number of splits that still take in input which they return later

    private bool InputsAreLoaded => Volatile.Read(ref _inputsLoaded) >= _inputsToLoad;

    public bool IsOpen => InputsAreLoaded && (Volatile.Read(ref _gathering) == 0 || job.IsDraining);

    /// <summary>Reports that one worker's part of an input is loaded.</summary>
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
