using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Standby;
using Dataflow.State;

namespace Dataflow.Runtime;

/// <summary>A job's part in the work of its pipeline, kept from one run to the next: only then does nothing move that need not, and is
/// nothing read that is in memory.</summary>
internal sealed class JobMembership : IAsyncDisposable
{
    private PartitionedLog? _log;
    private LogMembership? _member;
    private KeptState? _kept;
    private LocalImages? _images;
    private bool _hasImages; // as far as the log can tell
    private ShardSet _toSave; // at the end
    private CancellationToken _givenUp;

    /// <summary>The copies of what other processes have; null where there are no others.</summary>
    public Copies? Copies { get; private set; }

    /// <summary>The membership on a log; a log that the job has opened itself is another one at each run.</summary>
    public LogMembership On(PartitionedLog log, Plan plan)
    {
        if (!ReferenceEquals(_log, log))
            (_log, _member) = (log, log.Join(plan.Pipeline, Shards.Count, areShared: plan.ReasonsNotToShareOn(log).Count == 0));
        return _member!;
    }

    /// <summary>Takes the directory of images, if there is to be one: before others are asked for work.</summary>
    /// <exception cref="CheckpointException">Another process has it, or it cannot be used.</exception>
    public void OpenImages(string pipeline, JobOptions options, PartitionedLog log)
    {
        if (_images is null && options is { StateDirectory: { } directory, Log: not null })
        {
            var opened = ImageDirectory.Open(log.Files, directory, pipeline);
            _images = new LocalImages(opened, options.JobLog!, options.Time, options.ImageBytes);
        }
    }

    /// <summary>The images of shards on the disk, for a run with these topics; null: there are none.</summary>
    public LocalImages? ImagesOf(PartitionedLog log, CheckpointTopics topics, ShardSet owned, JobLog news)
    {
        if (_images is null) return null;
        var identity = log.GetTopicIdentity(topics.Changelog.Name);
        _hasImages = identity is not null;
        if (identity is null)
        {
            news.ImagesHaveNoEffect();
            return null;
        }

        _images.Use(log, topics, identity, owned);
        return _images;
    }

    /// <summary>Keeps the state of a run that has ended, for the next.</summary>
    public void Keep(JobRun run) => _kept = KeptState.Of(run);

    /// <summary>Waits for the next shards.</summary>
    /// <returns>These, and the state of those whose last run has left it in memory.</returns>
    public async Task<(ShardSet Shards, KeptState? Kept)> NextAsync(CancellationToken cancellationToken)
    {
        var kept = _kept;
        _kept = null; // for one run: if that does not begin, nothing in memory is known to be what was committed
        var shards = ShardSet.Of(await _member!.NextAsync(cancellationToken).ConfigureAwait(false));
        return (shards, kept?.Only(shards & ShardSet.Of(_member.Held)));
    }

    /// <summary>Keeps copies of shards that others have, as long as the job runs, and of those that come to a run, while it goes
    /// on.</summary>
    public void Follow(JobRun run)
    {
        if (run.Options.Log is not { } log || !_member!.MayMove) return;
        run.Copies = Copies ??= new Copies(log, run.Options.Standbys, run.Options.JobLog!, _hasImages ? _images : null);
        Copies.Follow(run.Coordinator.Topics, run.ShardMap.Owned, _member.MayBeShared);
        _ = PrepareAsync(run, _member, Copies);
    }

    /// <summary>Learns that no run follows.</summary>
    /// <param name="last">The last one.</param>
    /// <param name="givenUp">Cancelled when nobody waits for more.</param>
    public void Ended(JobRun last, CancellationToken givenUp)
        => (_toSave, _givenUp) = (_hasImages && last.Coordinator.HasStopped ? last.ShardMap.Owned : ShardSet.None, givenUp);

    /// <summary>Reads shards that come to a run beside those it has, before that run ends for it.</summary>
    private static async Task PrepareAsync(JobRun run, LogMembership member, Copies copies)
    {
        var coming = member.Coming;
        if (await Task.WhenAny(coming, run.Completion).ConfigureAwait(false) != coming) return;
        await ((Task)coming).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the next run finds an error out
        var fetched = coming.IsCompletedSuccessfully ? copies.FetchAsync(ShardSet.Of(coming.Result)) : Task.CompletedTask;
        await fetched.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (fetched.IsCompletedSuccessfully) member.Prepared();
    }

    public async ValueTask DisposeAsync()
    {
        Copies?.Dispose();
        try
        {
            if (_member is not null) await _member.DisposeAsync().ConfigureAwait(false);
            _images?.SaveAll(_toSave, _givenUp); // others need not wait for it
        }
        finally
        {
            _images?.Dispose();
        }
    }
}
