using Dataflow.Dashboard.Api;

namespace Dataflow.Dashboard;

/// <summary>Watches a job: its status of each second, its last minutes, and the answers about it.</summary>
internal sealed class JobWatch(Job job, string id)
{
    private const int MaxSamples = 600;
    private const int MaxCheckpoints = 300;
    private const int RateSeconds = 5;

    private readonly Lock _gate = new();
    private readonly Bounded<SampleView> _samples = new(MaxSamples);
    private readonly Bounded<CheckpointSample> _checkpoints = new(MaxCheckpoints);
    private readonly Bounded<(long AtMs, long Read)> _reads = new(RateSeconds + 1);
    private readonly StateGrowth _growth = new();
    private readonly List<LookupWatch> _lookups = [.. job.Lookups.Select(static lookup => new LookupWatch(lookup))];
    private IReadOnlyList<FindingView>? _findings; // of the last sample, once somebody has asked
    private JobStatus _status = job.Status;
    private SampleView _sample = new(0, 0, 0, 0, 0, 0, 0, null, 0);

    public Job Job => job;

    public string Id => id;

    public DeadLetterStore Letters { get; } = new(job.Log, job.Pipeline);

    /// <summary>The answers of this second.</summary>
    public Answers Answers { get; private set; } = new();

    /// <summary>Looks at the job.</summary>
    public void Sample(long nowMs, ProcessView process)
    {
        lock (_gate)
        {
            _status = job.Status;
            _findings = null;
            _reads.Add((nowMs, _status.RecordsRead));
            _growth.Add(nowMs, _status);
            _sample = new(
                nowMs, ReadPerSecond(), _status.Lag, _status.StateEntries, LeftOut, process.MemoryBytes, process.ProcessorShare,
                _status.Checkpoints.SinceLast?.TotalMilliseconds, _status.Restarts);
            _samples.Add(_sample);
            AddCheckpoint(nowMs, _status.Checkpoints);
            foreach (var lookup in _lookups) lookup.Sample(job, nowMs);
            Answers = new();
        }
    }

    public LookupListView Lookups()
    {
        lock (_gate) return new([.. _lookups.Select(static lookup => lookup.View())]);
    }

    public JobSummary Summary()
    {
        lock (_gate)
        {
            return new(
                id, job.Pipeline, _status.State, _status.RecordsRead, _sample.ReadPerSecond, _status.Lag, Sum(static step => step.Late),
                Sum(static step => step.Unmatched), _status.DeadLetters, _status.StateEntries, _status.Restarts, _status.Checkpoints.Last,
                _status.Checkpoints.SinceLast?.TotalMilliseconds, Findings[0]);
        }
    }

    public JobView View(ProcessView process)
    {
        lock (_gate)
        {
            return new(
                _sample.AtMs, Summary(), job.StartedFrom, _status.RestoreTime.TotalMilliseconds, process, Findings,
                [.. _status.Steps.Select(step => StepView.Of(step, _growth.PerMinute(_sample.AtMs, step)))],
                [.. _status.Stages.Select(StageView.Of)], [.. _status.Splits.Select(SplitView.Of)],
                CheckpointsView.Of(_status.Checkpoints),
                [.. _status.Processes.Select(static found => new MemberView(found.Name, found.Shards, found.Checkpoint, found.HasEnded))],
                [.. _status.Steps.SelectMany(ModelView.Of)], [.. _status.Steps.SelectMany(ModelVersionView.Of)],
                _sample);
        }
    }

    public HistoryView History()
    {
        lock (_gate) return new([.. _samples.Items], [.. _checkpoints.Items]);
    }

    public StateHistoryView States()
    {
        lock (_gate) return _growth.Largest(_sample.AtMs, _status);
    }

    private IReadOnlyList<FindingView> Findings => _findings ??= FindingView.Of(job.Diagnose(), _status);

    private long LeftOut => Sum(static step => step.Late) + Sum(static step => step.Unmatched) + _status.DeadLetters;

    private long Sum(Func<StepStatus, long> value) => _status.Steps.Sum(value);

    private double ReadPerSecond()
    {
        var ((firstMs, first), (lastMs, last)) = (_reads.Items.First(), _reads.Items.Last());
        return lastMs > firstMs ? Math.Max(0, last - first) * 1000.0 / (lastMs - firstMs) : 0; // a restart counts from 0 again
    }

    private void AddCheckpoint(long nowMs, CheckpointStatus found)
    {
        if (found.SinceLast is not { } age || found.Last == _checkpoints.Items.LastOrDefault()?.Number) return;
        _checkpoints.Add(new(
            found.Last, nowMs - (long)age.TotalMilliseconds, found.LastDuration.TotalMilliseconds, found.LastPause.TotalMilliseconds,
            found.LastBytes));
    }
}
