using System.Diagnostics.CodeAnalysis;

namespace Dataflow.Runtime;

/// <summary>Runs a job's pipeline again, from its last checkpoint, after errors that may pass.</summary>
/// <remarks>The job that the user holds is the first run; it hands on to the later ones what is asked of it.</remarks>
/// <param name="policy">How often, and after what pauses.</param>
/// <param name="time">The only clock.</param>
/// <param name="restarts">How often the first run was tried before it could begin.</param>
/// <param name="build">Builds a run, given its number, that does not run yet.</param>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer and nobody waits on its handle, so it holds nothing.")]
internal sealed class Restarts(RestartPolicy policy, TimeProvider time, int restarts, Func<int, CancellationToken, Task<Job>> build)
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _givenUp = new();
    private bool _isAsked; // to stop or to drain
    private Job? _run;

    /// <summary>The last run but the first.</summary>
    public Job? Run => Volatile.Read(ref _run);

    /// <summary>Whether one run has failed and the next has not begun.</summary>
    public bool IsBetweenRuns { get; private set; } // of one word, and only for show outside of the gate

    /// <summary>The job that the user holds. Set before it runs.</summary>
    public Job First { private get; set; } = null!;

    /// <summary>Asks the run at hand to stop or to drain; between two runs there is nothing that could, so there will be no other.</summary>
    public void Ask(Action<Job> ask)
    {
        bool isBetween;
        lock (_gate)
        {
            (_isAsked, isBetween) = (true, IsBetweenRuns);
            if (!isBetween) ask(Run ?? First);
        }

        if (isBetween) _givenUp.Cancel();
    }

    /// <summary>Lets no other run begin; returns the one at hand.</summary>
    public Job Cancel()
    {
        _givenUp.Cancel();
        lock (_gate) return Run ?? First;
    }

    /// <summary>Runs the pipeline until it ends, fails for good or is given up; returns what it failed with.</summary>
    public async Task<Exception?> RunAgainAsync(Exception error)
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
                IsBetweenRuns = false;
            }
        }
    }

    private bool Begin()
    {
        lock (_gate)
        {
            IsBetweenRuns = !_isAsked && !_givenUp.IsCancellationRequested;
            return IsBetweenRuns;
        }
    }

    private async Task<Job> StartAsync()
    {
        var run = await build(restarts + 1, _givenUp.Token).ConfigureAwait(false);
        lock (_gate)
        {
            Volatile.Write(ref _run, run);
            IsBetweenRuns = false;
        }

        run.RunOnThreads();
        if (_givenUp.IsCancellationRequested) await run.CancelAsync().ConfigureAwait(false);
        return run;
    }
}
