using Dataflow.Log;
using Dataflow.Runtime;

namespace Dataflow;

/// <summary>A handle on a pipeline that runs, over restarts (<see cref="JobOptions.Restarts"/>): stops it and tells how far it is. All members
/// may be called from any thread. Started by <see cref="Verbs.extension(Pipeline).StartAsync"/>.</summary>
public sealed class Job : IAsyncDisposable
{
    private readonly JobRun _first;
    private readonly Restarts? _restarts;

    internal Job(JobRun run, Restarts? restarts = null)
    {
        (_first, _restarts) = (run, restarts);
        Completion = restarts is null ? run.Completion : restarts.RunUntilEndAsync(run);
    }

    /// <summary>Completes when the bounded input is processed and committed or the job was stopped; fails with the error that stopped
    /// it, if it is not started again (<see cref="JobOptions.Restarts"/>): an <see cref="OperatorException"/>, a <see cref="LogException"/>.</summary>
    public Task Completion { get; }

    /// <summary>The number of the checkpoint that the job carried on from; 0: it began anew.</summary>
    public long StartedFrom => Current.Restored.Epoch;

    /// <summary>The log that it runs on. One that the job has opened itself is another after a restart.</summary>
    public LogStore Log => Current.Log;

    /// <summary>The job's lifecycle state.</summary>
    public JobState State => Current.State switch
    {
        JobState.Failed when !Completion.IsCompleted => JobState.Restarting,
        JobState.Failed when !Completion.IsFaulted => JobState.Cancelled, // before it was started again
        var state => state,
    };

    /// <summary>How far the job is. Cheap.</summary>
    public JobStatus Status => JobStatus.Of(Current) with { State = State };

    /// <summary>The run that goes on now, or was the last.</summary>
    internal JobRun Current => _restarts?.Run ?? _first;

    /// <summary>Says in words why there are no results, or few. Looks at every step and split: call it when someone asks, not each second.</summary>
    public Diagnosis Diagnose() => Diagnosis.Of(Current, Status);

    /// <inheritdoc/>
    public override string ToString() => $"Job of pipeline '{_first.Plan.Pipeline}': {State}";

    /// <summary>Asks the job to take a last checkpoint and stop; completes when it has. Windows stay open for the next start. The token
    /// that the job was started with does the same.</summary>
    /// <remarks>A job that is about to be started again after an error that may pass ends where it is.</remarks>
    /// <param name="cancellationToken">Ends the waiting; the job goes on to stop.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was triggered before the job had ended.</exception>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        RequestStop();
        await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the job for good: it reads no more, processes what it has read, closes all windows and completes its sinks,
    /// as at the end of bounded input; completes when it has.</summary>
    /// <remarks>Windows that are not full come out as they are. Started again, the pipeline has nothing left to do: to pause
    /// it, use <see cref="StopAsync"/>.</remarks>
    /// <param name="cancellationToken">Ends the waiting; the job goes on to drain.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was triggered before the job had ended.</exception>
    public async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        Ask(static run => run.Drain());
        await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops where it is, without a checkpoint: records after the last one are processed again by the next start.</summary>
    public async Task CancelAsync()
    {
        await (_restarts?.Cancel() ?? _first).EndAsync(null).ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Cancels the job if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await CancelAsync().ConfigureAwait(false);
        await _first.DisposeAsync().ConfigureAwait(false);
    }

    internal void RequestStop() => Ask(static run => run.Coordinator.RequestStop());

    private void Ask(Action<JobRun> ask)
    {
        if (_restarts is null) ask(_first);
        else _restarts.Ask(ask);
    }
}
