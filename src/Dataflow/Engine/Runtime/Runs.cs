using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace Dataflow.Runtime;

/// <summary>The runs of a job, one after the other: another follows a transient error, from the last checkpoint, and a change of the shards
/// that the process has.</summary>
/// <param name="policy">The number of restarts after errors, and their delays.</param>
/// <param name="time">The job's clock.</param>
/// <param name="restarts">The number of restarts before the first run could begin.</param>
/// <param name="build">Builds a run, given the number of restarts, without starting it.</param>
/// <param name="member">The job's part in the pipeline, which it leaves at its end.</param>
/// <param name="log">The messages and errors of the job.</param>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer and nobody waits on its handle, so it holds nothing.")]
internal sealed class Runs(
    RestartPolicy policy, TimeProvider time, int restarts, Func<int, CancellationToken, Task<JobRun>> build, JobMembership member,
    JobLog log)
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _givenUp = new();
    private bool _isAsked; // to stop
    private volatile bool _isDraining; // all runs from now on
    private bool _isBetweenRuns; // one has ended and the next has not begun
    private JobRun _run = null!; // set before the first run runs
    private int _restarts = restarts;
    private int _inRow = restarts;
    private long _began = time.GetTimestamp(); // of the last run after an error

    /// <summary>The current run, or the last one.</summary>
    public JobRun Current => Volatile.Read(ref _run);

    /// <summary>Completes when the pipeline has ended, was stopped or abandoned; fails with the error after which it is not
    /// restarted.</summary>
    public async Task RunUntilEndAsync(JobRun first)
    {
        _run = first;
        Activity.Current = null; // that of the caller who started the job: restarts are no part of it
        try
        {
            for (var run = first; run is not null; run = await NextAsync(run).ConfigureAwait(false))
            {
            }

            member.Ended(_run, _givenUp.Token);
            log.Ended(_run);
        }
        catch (Exception error)
        {
            log.Failed(error);
            throw;
        }
        finally
        {
            await member.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Has the current run drain, or the next one: neither an error nor a move of shards ends it before all windows are
    /// closed.</summary>
    public void Drain()
    {
        _isDraining = true;
        lock (_gate)
        {
            if (!_isBetweenRuns) _run.Drain();
        }
    }

    /// <summary>Asks the current run to stop; between two runs there is none to ask, so no other run begins.</summary>
    public void Stop()
    {
        bool isBetween;
        lock (_gate)
        {
            (_isAsked, isBetween) = (true, _isBetweenRuns);
            if (!isBetween) _run.Coordinator.RequestStop();
        }

        if (isBetween) _givenUp.Cancel();
    }

    /// <summary>Prevents further runs; returns the current one.</summary>
    public JobRun Cancel()
    {
        _givenUp.Cancel();
        lock (_gate) return _run;
    }

    /// <summary>Waits for the end of a run and begins the next one; null if there is none.</summary>
    private async Task<JobRun?> NextAsync(JobRun run)
    {
        try
        {
            await run.Completion.ConfigureAwait(false);
            if (!run.HasMoved || !Begin()) return null;
            log.Moving(time);
            member.Keep(run);
            return await StartAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_givenUp.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception error)
        {
            return await StartAfterAsync(error, run.HasMoved).ConfigureAwait(false);
        }
    }

    /// <summary>Begins another run after an error, unless the error ends the job.</summary>
    private async Task<JobRun?> StartAfterAsync(Exception error, bool hasMoved)
    {
        if (time.GetElapsedTime(_began) >= RestartPolicy.EndOfRow) _inRow = 0;
        for (;; hasMoved = false)
        {
            var delay = hasMoved ? TimeSpan.Zero : policy.DelayBefore(_inRow, error);
            if (delay is null || !Begin()) ExceptionDispatchInfo.Throw(error);
            if (!hasMoved)
            {
                _inRow++;
                log.Restarting(++_restarts, delay.Value, error);
            }

            try
            {
                await Task.Delay(delay.Value, time, _givenUp.Token).ConfigureAwait(false);
                return await StartAsync(isAfterError: true).ConfigureAwait(false);
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

    private async Task<JobRun> StartAsync(bool isAfterError = false)
    {
        var run = await build(_restarts, _givenUp.Token).ConfigureAwait(false);
        if (isAfterError) _began = time.GetTimestamp();
        lock (_gate)
        {
            Volatile.Write(ref _run, run);
            _isBetweenRuns = false;
        }

        if (_isDraining) run.Drain();
        run.RunOnThreads();
        if (_givenUp.IsCancellationRequested) await run.EndAsync(null).ConfigureAwait(false);
        return run;
    }
}
