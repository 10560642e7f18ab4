using Dataflow.Log;
using Dataflow.Runtime;

namespace Dataflow;

/// <summary>A handle on a running pipeline, which stays valid over restarts (<see cref="JobOptions.Restarts"/>): stops it and reports its
/// progress. All members may be called from any thread. Returned by <see cref="Verbs.extension(Pipeline).StartAsync"/>.</summary>
public sealed class Job : IAsyncDisposable
{
    private readonly JobRun? _only; // null: there may be several
    private readonly Runs? _runs; // null: there is one

    internal Job(JobRun run, Runs? runs = null)
    {
        (_only, _runs) = (runs is null ? run : null, runs);
        Completion = runs is null ? run.Completion : runs.RunUntilEndAsync(run);
    }

    /// <summary>Completes when the bounded input is processed and committed or the job was stopped; fails with the error that stopped it,
    /// unless it is restarted (<see cref="JobOptions.Restarts"/>): an <see cref="OperatorException"/>, a
    /// <see cref="LogException"/>.</summary>
    public Task Completion { get; }

    /// <summary>The pipeline's name.</summary>
    public string Pipeline => Current.Plan.Pipeline;

    /// <summary>The number of the checkpoint that the job carried on from; 0: it began anew.</summary>
    public long StartedFrom => Current.Restored.Epoch;

    /// <summary>The lookups that the pipeline offers: see <see cref="Dataflow.Pipeline.Offer"/>.</summary>
    public IReadOnlyList<Lookup> Lookups => Current.Plan.Lookups;

    /// <summary>The log that the job runs on. A log that the job has opened itself is reopened at a restart, which changes this
    /// property.</summary>
    public PartitionedLog Log => Current.Log;

    /// <summary>The job's lifecycle state.</summary>
    public JobState State => Current.State switch
    {
        JobState.Failed when !Completion.IsCompleted => JobState.Restarting,
        JobState.Failed when !Completion.IsFaulted => JobState.Cancelled, // before it was started again
        JobState.Stopped or JobState.Cancelled when !Completion.IsCompleted && Current.HasMoved => JobState.Moving,
        var state => state,
    };

    /// <summary>The job's progress at this moment. Cheap.</summary>
    public JobStatus Status => JobStatus.Of(Current) with { State = State, LastError = LastError };

    private string? LastError => Current.Completion.Exception is { InnerException: { } error }
        ? ErrorText.Of(error) : Current.Options.JobLog!.LastError;

    /// <summary>The current run, or the last one.</summary>
    internal JobRun Current => _runs?.Current ?? _only!;

    /// <summary>Explains in words why there are no results, or few. Looks at every step and split: call it when someone asks, not each
    /// second.</summary>
    public Diagnosis Diagnose() => Diagnosis.Of(Current, Status);

    /// <summary>The plan that the job runs: see <see cref="Dataflow.Pipeline.Explain"/>.</summary>
    public Explanation Explain() => new(Current.Plan);

    /// <inheritdoc/>
    public override string ToString() => $"Job of pipeline '{Pipeline}': {State}";

    /// <summary>Asks the job to take a last checkpoint and stop; completes when it has. Windows stay open for the next start. Cancelling
    /// the token that the job was started with does the same.</summary>
    /// <remarks>A job that is about to restart after a transient error ends without another checkpoint.</remarks>
    /// <param name="cancellationToken">Ends the wait; the job still stops.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled before the job had
    /// ended.</exception>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        RequestStop();
        await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the job for good: it reads no more, processes what it has read, closes all windows and completes its sinks,
    /// as at the end of bounded input; completes when it has.</summary>
    /// <remarks>Open windows emit what they have. Started again, the pipeline is refused if its input continues: to
    /// pause it, use <see cref="StopAsync"/>.</remarks>
    /// <param name="cancellationToken">Ends the wait; the job still drains.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled before the job had
    /// ended.</exception>
    public async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        if (_runs is null) _only!.Drain();
        else _runs.Drain();
        await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the job at once, without a checkpoint: the next start processes the records after the last one again.</summary>
    public async Task CancelAsync()
    {
        await (_runs?.Cancel() ?? _only!).EndAsync(null).ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Cancels the job if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await CancelAsync().ConfigureAwait(false);
        await Current.DisposeAsync().ConfigureAwait(false);
    }

    internal void RequestStop()
    {
        if (_runs is null) _only!.Coordinator.RequestStop();
        else _runs.Stop();
    }
}
