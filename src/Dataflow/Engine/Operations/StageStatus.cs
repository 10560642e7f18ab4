namespace Dataflow.Operations;

/// <summary>How a stage spends its time on one worker, whose stages take turns.</summary>
/// <param name="Name">Such as <c>stage 2</c>, as in the plan; one worker alone runs all stages as one.</param>
/// <param name="Worker">The index of the worker, from 0.</param>
/// <param name="Steps">The names of its steps.</param>
/// <param name="BusyTime">How long it has worked, or had all the calls under way that it may have, since the job started.</param>
/// <param name="BackpressuredTime">How long it could not go on because the stages behind it had not taken what it sent them.</param>
/// <param name="IdleTime">How long it had nothing to do, or other stages of the worker ran.</param>
public sealed record StageStatus(
    string Name, int Worker, IReadOnlyList<string> Steps, TimeSpan BusyTime, TimeSpan BackpressuredTime, TimeSpan IdleTime)
{
    /// <summary>The share of the last seconds, from 0 to 1, that it was busy.</summary>
    public double Busy { get; init; }

    /// <summary>The share of the last seconds, from 0 to 1, that it was backpressured.</summary>
    public double Backpressured { get; init; }

    /// <summary>Batches of records that wait in front of it, in the exchange that it reads; 8 from each worker are the most.
    /// Many of them: it is slower than what comes before it. They hold as much as it handles in 40 ms. 0 where a source feeds it.</summary>
    public int QueuedBatches { get; init; }

    /// <summary>For how long it has been at one and the same piece of work, a record mostly; zero where it waits for one.</summary>
    public TimeSpan AtHandFor { get; init; }

    /// <summary>Once that is more than a second, the step whose code runs, or hangs; several where it may be any of them.</summary>
    public IReadOnlyList<string> AtHand { get; init; } = [];
}
