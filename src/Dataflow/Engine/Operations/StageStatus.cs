namespace Dataflow.Operations;

/// <summary>The use of time by a stage on one worker, whose stages take turns.</summary>
/// <param name="Name">The stage's name, such as <c>stage 2</c>, as in the plan; a single worker runs all stages as one.</param>
/// <param name="Worker">The index of the worker, from 0.</param>
/// <param name="Steps">The names of its steps.</param>
/// <param name="BusyTime">The time that it was working, or had its largest number of concurrent calls in flight, since the job
/// started.</param>
/// <param name="BackpressuredTime">The time that it could not continue because the stages behind it had not taken its output.</param>
/// <param name="IdleTime">The time that it had nothing to do, or other stages of the worker ran.</param>
public sealed record StageStatus(
    string Name, int Worker, IReadOnlyList<string> Steps, TimeSpan BusyTime, TimeSpan BackpressuredTime, TimeSpan IdleTime)
{
    /// <summary>The busy share of the last seconds, from 0 to 1.</summary>
    public double Busy { get; init; }

    /// <summary>The backpressured share of the last seconds, from 0 to 1.</summary>
    public double Backpressured { get; init; }

    /// <summary>The number of batches of records queued in the exchange before it; at most 8 from each worker. Many of them mean that it is
    /// slower than the stages before it. They hold as much as it handles in 40 ms. 0 where a source feeds it.</summary>
    public int QueuedBatches { get; init; }

    /// <summary>The time that it has spent on its current piece of work, mostly a record; zero while it waits for one.</summary>
    public TimeSpan AtHandFor { get; init; }

    /// <summary>The step whose code runs, or hangs, once <see cref="AtHandFor"/> is more than a second; several where it may be any of
    /// them.</summary>
    public IReadOnlyList<string> AtHand { get; init; } = [];
}
