using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>Images of shards on the disk of a process, so that it reads no more of a log in a cluster than what came after them.</summary>
/// <remarks>An image is made from the log alone, so it never holds what was not committed, and nothing that the process believes of itself
/// can be wrong in it. It only saves time: one that cannot be used or written is told, and the job goes on without it.</remarks>
internal sealed class LocalImages : IDisposable
{
    private const int ShardsAtOnce = 8; // whose bytes are in memory
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMinutes(1);

    private readonly ImageDirectory _directory;
    private readonly IImageNews _news;
    private readonly TimeProvider _time;
    private readonly long _minBytes;
    private readonly long[] _unsaved = new long[Shards.Count]; // bytes of changes that the file of a shard lacks, about
    private readonly long[] _size = new long[Shards.Count]; // of the image in it
    private PartitionedLog _log = null!; // these are set before the first use
    private CheckpointTopics _topics = null!;
    private string _identity = "";
    private long _failedAt; // when the last attempt to write one has
    private volatile bool _hasFailed;

    /// <param name="directory">Where they are; it is closed with this object.</param>
    /// <param name="news">Learns of images that are of no use.</param>
    /// <param name="time">The clock of pauses after errors.</param>
    /// <param name="minBytes">The least number of changed bytes for which an image is written while the job runs.</param>
    public LocalImages(ImageDirectory directory, IImageNews news, TimeProvider time, long minBytes)
        => (_directory, _news, _time, _minBytes) = (directory, news, time, minBytes);

    /// <summary>Begins, or goes on, with the topics of a run.</summary>
    /// <param name="log">The log.</param>
    /// <param name="topics">The topics.</param>
    /// <param name="identity">What tells the changelog from another of its name.</param>
    /// <param name="owned">The shards of the run: what the others lack is no business of this process any more.</param>
    public void Use(PartitionedLog log, CheckpointTopics topics, string identity, ShardSet owned)
    {
        (_log, _topics, _identity) = (log, topics, identity);
        foreach (var shard in ShardSet.All.Except(owned)) Interlocked.Exchange(ref _unsaved[shard], 0);
    }

    /// <summary>Removes the images that are of no use any more: also those of shards that the process no longer has, once the log has
    /// passed them.</summary>
    public void RemoveUseless(IReadOnlyList<RestorePoint> points)
    {
        var useless = List().Select(shard => (Shard: shard, Why: WhyUseless(shard, points[shard])))
            .Where(static image => image.Why is not null).ToLookup(static image => image.Why!, static image => image.Shard);
        foreach (var same in useless)
        {
            foreach (var shard in same) _directory.Remove(shard);
            _news.Ignored([.. same.Select(_directory.PathOf)], same.Key);
        }
    }

    /// <summary>Reads a shard's image as it is on the disk; null: there is none that can be used. Safe for several threads with a shard
    /// each.</summary>
    public ShardImage? Load(int shard, in RestorePoint at)
    {
        if (!_directory.Has(shard)) return null;
        var why = WhyUseless(shard, at);
        try
        {
            if (why is null)
            {
                var image = _directory.Read(shard, ImageFile.Read);
                image.Place = StatePlace.Image;
                return image;
            }
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            why = error.Message;
        }

        _directory.Remove(shard);
        _news.Ignored([_directory.PathOf(shard)], why!);
        return null;
    }

    /// <summary>Reads a shard's image as the log has it now, from the disk as far as that goes.</summary>
    /// <exception cref="CheckpointException">A part of the state is damaged or was trimmed.</exception>
    public ShardImage Read(int shard, in RestorePoint at)
    {
        if (Load(shard, at) is not { } image) return ShardImage.Read(_log, _topics, shard, at);
        try
        {
            image.Complete(_log, _topics, shard, at);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>Reads a shard's image as <see cref="Read"/> does, to be saved. Changes that are counted from here on may come too late for
    /// it.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="pointOf">Finds the point up to which it is read.</param>
    /// <exception cref="CheckpointException">A part of the state is damaged or was trimmed.</exception>
    public ShardImage ReadToSave(int shard, Func<int, RestorePoint> pointOf)
    {
        Interlocked.Exchange(ref _unsaved[shard], 0);
        return Read(shard, pointOf(shard));
    }

    /// <summary>Counts committed changes of a shard.</summary>
    public void Add(int shard, long bytes) => Interlocked.Add(ref _unsaved[shard], bytes);

    /// <summary>Begins to count anew for a shard that was restored.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="image">Its image, completed.</param>
    /// <param name="isSaved">Whether it came from the disk.</param>
    public void Restored(int shard, ShardImage image, bool isSaved)
    {
        _size[shard] = isSaved ? image.Bytes : 0;
        Interlocked.Exchange(ref _unsaved[shard], isSaved ? image.LogBytes : image.Bytes);
    }

    /// <summary>Writes an image to the disk.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="image">Its image, from <see cref="ReadToSave"/>.</param>
    /// <param name="records">The same as records of a snapshot.</param>
    public void Save(int shard, ShardImage image, RecordBuffer records)
    {
        try
        {
            _directory.Write(
                new(_topics.Pipeline, _topics.Changelog.Name, _identity, shard, image.Position, image.From, image.ChangedBytes,
                    records.Count),
                records);
            _size[shard] = image.Bytes;
            _hasFailed = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Failed(shard, error);
        }
    }

    /// <summary>Writes the images that lack so much that it is worth it: half of what they hold.</summary>
    public void SaveDue(CancellationToken cancellationToken)
    {
        for (var shard = 0; shard < Shards.Count && !cancellationToken.IsCancellationRequested; shard++)
        {
            if (IsDue(shard)) Save(shard, _topics.RestorePointOf);
        }
    }

    /// <summary>Whether <see cref="SaveDue"/> would write any.</summary>
    public bool AreDue() => Enumerable.Range(0, Shards.Count).Any(IsDue);

    /// <summary>Writes the images of shards that lack anything.</summary>
    /// <param name="shards">The shards.</param>
    /// <param name="cancellationToken">Ends it between two images.</param>
    public void SaveAll(ShardSet shards, CancellationToken cancellationToken)
    {
        var behind = shards.Where(shard => Interlocked.Read(ref _unsaved[shard]) > 0).ToList();
        if (behind.Count == 0) return;
        try
        {
            var points = _topics.RestorePoints(); // nothing is committed any more
            Parallel.ForEach(
                behind, new ParallelOptions { MaxDegreeOfParallelism = ShardsAtOnce, CancellationToken = cancellationToken },
                shard => Save(shard, shard => points[shard]));
        }
        catch (OperationCanceledException)
        {
            // The next start reads more of the log.
        }
        catch (Exception error) when (error is LogException or ObjectDisposedException)
        {
            Failed(behind[0], error);
        }
    }

    public void Dispose() => _directory.Dispose();

    private bool IsDue(int shard)
        => Interlocked.Read(ref _unsaved[shard]) >= Math.Max(_minBytes, _size[shard] / 2)
            && (!_hasFailed || _time.GetElapsedTime(Interlocked.Read(ref _failedAt)) >= PauseAfterError);

    private void Save(int shard, Func<int, RestorePoint> pointOf)
    {
        try
        {
            using var image = ReadToSave(shard, pointOf);
            using var records = image.ToRecords();
            Save(shard, image, records);
        }
        catch (Exception error) when (error is DataflowException or ObjectDisposedException)
        {
            Failed(shard, error);
        }
    }

    private void Failed(int shard, Exception error)
    {
        Add(shard, Math.Max(1, _size[shard])); // it is tried again
        if (!_hasFailed) _news.NotWritten(_directory.PathOf(shard), error);
        Interlocked.Exchange(ref _failedAt, _time.GetTimestamp());
        _hasFailed = true;
    }

    private IReadOnlyList<int> List()
    {
        try
        {
            return _directory.List();
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            return []; // someone has removed the directory: there are no images
        }
    }

    private string? WhyUseless(int shard, in RestorePoint at)
    {
        try
        {
            var image = _directory.Read(shard, ImageFile.ReadHeader);
            var isOfThis = (image.Pipeline, image.Topic, image.Identity, image.Shard)
                == (_topics.Pipeline, _topics.Changelog.Name, _identity, shard);
            return !isOfThis ? "it is of another topic, or of one of the same name that was deleted"
                : image.Position < at.Changelog ? "it is so old that the changes after it are gone"
                : image.Position > at.ChangelogEnd ? "it has changes that the log has not"
                : null;
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            return error.Message;
        }
    }

    private static bool IsUnreadable(Exception error) => error is InvalidDataException or IOException or UnauthorizedAccessException;
}

/// <summary>Learns of images on the disk that are of no use.</summary>
internal interface IImageNews
{
    /// <summary>Images were ignored and removed.</summary>
    void Ignored(IReadOnlyList<string> paths, string why);

    /// <summary>An image could not be written, the first time.</summary>
    void NotWritten(string path, Exception error);
}
