using Dataflow.Dashboard.Api;

namespace Dataflow.Dashboard;

/// <summary>Watches the jobs, once a second, also while nobody asks: so the page has a past to show when it is opened.</summary>
internal sealed class JobsWatch : IDisposable
{
    private readonly Func<IReadOnlyCollection<Job>> _jobs;
    private readonly DashboardOptions _options;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private Exception? _failure;
    private IReadOnlyList<JobWatch>? _watched;
    private Answers _answers = new();
    private long _nowMs;

    public JobsWatch(Func<IReadOnlyCollection<Job>> jobs, DashboardOptions options)
    {
        Listener.Check(options.Token);
        Listener.Check(options.ActionToken);
        (_jobs, _options, Process) = (jobs, options, new ProcessWatch(options.Time));
        _timer = options.Time.CreateTimer(_ => Sample(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public ProcessWatch Process { get; }

    /// <summary>Returns the watched job of an id; null if there is none.</summary>
    public JobWatch? Find(string id) => Watched().FirstOrDefault(watch => watch.Id == id);

    /// <summary>Returns all jobs at a glance.</summary>
    public Answer List()
    {
        var watched = Watched();
        return _answers.Get(
            () => new JobListView(
                _nowMs, Process.Last, new(_options.ActionToken is not null, _options.ShowsValues),
                [.. watched.Select(static watch => watch.Summary())]),
            DashboardJson.Default.JobListView);
    }

    public void Dispose() => _timer.Dispose();

    private IReadOnlyList<JobWatch> Watched()
    {
        if (_watched is null) Sample();
        return _failure is { } failure ? throw failure : _watched!;
    }

    private void Sample()
    {
        lock (_gate)
        {
            try
            {
                _nowMs = _options.Time.GetUtcNow().ToUnixTimeMilliseconds();
                Process.Sample();
                var watched = Watch(_jobs());
                foreach (var watch in watched) watch.Sample(_nowMs, Process.Last);
                (_watched, _failure, _answers) = (watched, null, new());
            }
            catch (Exception error)
            {
                _failure = error; // for those who ask: a timer has nobody to throw to
            }
        }
    }

    /// <summary>Keeps the watch of each job that is still there. A second job of a pipeline's name gets a number behind it.</summary>
    private List<JobWatch> Watch(IReadOnlyCollection<Job> jobs)
    {
        var watched = new List<JobWatch>();
        foreach (var job in jobs.Distinct())
        {
            var same = watched.Count(other => other.Job.Pipeline == job.Pipeline);
            var id = same == 0 ? job.Pipeline : $"{job.Pipeline}~{same + 1}";
            watched.Add(_watched?.FirstOrDefault(known => known.Job == job && known.Id == id) ?? new JobWatch(job, id));
        }

        return watched;
    }
}
