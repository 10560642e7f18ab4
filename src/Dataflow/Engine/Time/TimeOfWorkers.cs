namespace Dataflow.Time;

/// <summary>The event time of the splits of all workers, which every instance of the step that makes it reports instead of its own. Safe
/// for any thread.</summary>
/// <remarks>It advances to the time that every worker has found after looking at all its idle splits once more, also those of other
/// streams. So later steps see all splits as if one worker read them: time does not pass an idle split whose next record is
/// available.</remarks>
/// <param name="workers">The number of workers.</param>
/// <param name="looksTwice">Whether other tasks of a worker read splits too: then a worker's report counts once these have had their
/// turn.</param>
internal sealed class TimeOfWorkers(int workers, bool looksTwice) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly InputTime[] _own = [.. Enumerable.Repeat(InputTime.None, workers)];
    private readonly InputTime[] _seen = [.. Enumerable.Repeat(InputTime.None, workers)]; // of all, as each saw it at its last look
    private readonly InputTime[] _found = [.. Enumerable.Repeat(InputTime.None, workers)]; // of all, as each found it
    private readonly bool[] _isEnded = new bool[workers];
    private InputTime _agreed = InputTime.None;
    private QuietSpell.OfOne _spell = new(); // until the next record of an idle split

    /// <summary>The time that all workers have found.</summary>
    public InputTime Agreed
    {
        get
        {
            lock (_gate) return _agreed;
        }
    }

    /// <summary>Reports that a record has come from an idle split: before anything that the worker reports of other streams.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="watermark">The watermark of the split so far.</param>
    public void GoOn(int worker, long watermark)
    {
        lock (_gate)
        {
            _spell = _spell.End(watermark);
            foreach (var times in new[] { _own, _seen, _found })
            {
                var time = times[worker];
                times[worker] = new(time.IsIdle ? watermark : Math.Min(time.Watermark, watermark), default);
            }

            Agree();
        }
    }

    /// <summary>Reports the time of a worker's splits; true if others have to learn of it.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="time">The time of its splits.</param>
    /// <param name="hasLooked">Whether it knows that its idle splits have nothing to read.</param>
    public bool Say(int worker, InputTime time, bool hasLooked)
    {
        lock (_gate)
        {
            _own[worker] = time;
            return hasLooked && Find(worker);
        }
    }

    /// <summary>Reports that nothing will ever follow in a worker; the end of time has come once the last has done so.</summary>
    /// <inheritdoc cref="Say"/>
    public bool End(int worker, InputTime time)
    {
        lock (_gate)
        {
            _isEnded[worker] = true;
            _own[worker] = time.IsIdle ? time : time with { Idleness = Idleness.WithoutTime };
            return Find(worker);
        }
    }

    public ValueTask DisposeAsync() => default;

    private bool Find(int worker)
    {
        var all = Array.TrueForAll(_isEnded, static isEnded => isEnded) ? new(long.MaxValue, default) : InputTime.OfInputs(_own);
        var isNews = all != _found[worker];
        _found[worker] = looksTwice ? _seen[worker] : all;
        _seen[worker] = all;
        Agree();
        return isNews;
    }

    private void Agree()
    {
        var found = InputTime.OfParts(_found);
        _agreed = found with { Idleness = found.Idleness with { Spell = _spell } };
    }
}
