using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace Dataflow.Runtime;

/// <summary>Runs a pipeline again, from its last checkpoint, after transient errors.</summary>
/// <param name="policy">The number of restarts and their delays.</param>
/// <param name="time">The job's clock.</param>
/// <param name="restarts">The number of restarts before the first run could begin.</param>
/// <param name="build">Builds a run, given its number, without starting it.</param>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer and nobody waits on its handle, so it holds nothing.")]
internal sealed class Restarts(RestartPolicy policy, TimeProvider time, int restarts, Func<int, CancellationToken, Task<JobRun>> build)
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _givenUp = new();
    private bool _isAsked; // to stop or to drain
    private bool _isBetweenRuns; // one has failed and the next has not begun
    private JobRun _run = null!; // set before the first run runs

    /// <summary>The current run, or the last one.</summary>
    public JobRun Run => Volatile.Read(ref _run);

    /// <summary>Completes when the pipeline has ended, was stopped or abandoned; fails with the error after which it is not
    /// restarted.</summary>
    public Task RunUntilEndAsync(JobRun first)
    {
        _run = first;
        return CompleteAsync();

        async Task CompleteAsync()
        {
            try
            {
                await first.Completion.ConfigureAwait(false);
            }
            catch (Exception error)
            {
                if (await RunAgainAsync(error).ConfigureAwait(false) is { } last) ExceptionDispatchInfo.Throw(last);
            }
        }
    }

    /// <summary>Asks the current run to stop or to drain; between two runs there is none to ask, so no other run begins.</summary>
    public void Ask(Action<JobRun> ask)
    {
        bool isBetween;
        lock (_gate)
        {
            (_isAsked, isBetween) = (true, _isBetweenRuns);
            if (!isBetween) ask(_run);
        }

        if (isBetween) _givenUp.Cancel();
    }

    /// <summary>Prevents further runs; returns the current one.</summary>
    public JobRun Cancel()
    {
        _givenUp.Cancel();
        lock (_gate) return _run;
    }

    /// <summary>Runs the pipeline until it ends, finally fails or is abandoned; returns its error.</summary>
    private async Task<Exception?> RunAgainAsync(Exception error)
    {
        for (;; restarts++)
        {
            if (policy.DelayBefore(restarts, error) is not { } delay) return error;
            if (!Begin()) return error;
            try
            {
                await Task.Delay(delay, time, _givenUp.Token).ConfigureAwait(false);
                await (await StartAsync().ConfigureAwait(false)).Completion.ConfigureAwait(false);
                return null;
            }
            catch (OperationCanceledException) when (_givenUp.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception next)
            {
                error = next;
            }
            finally
            {
                lock (_gate) _isBetweenRuns = false;
            }
        }
    }

    private bool Begin()
    {
        lock (_gate)
        {
            _isBetweenRuns = !_isAsked && !_givenUp.IsCancellationRequested;
            return _isBetweenRuns;
        }
    }

    private async Task<JobRun> StartAsync()
    {
        var run = await build(restarts + 1, _givenUp.Token).ConfigureAwait(false);
        lock (_gate)
        {
            Volatile.Write(ref _run, run);
            _isBetweenRuns = false;
        }

        run.RunOnThreads();
        if (_givenUp.IsCancellationRequested) await run.EndAsync(null).ConfigureAwait(false);
        return run;
    }
}
