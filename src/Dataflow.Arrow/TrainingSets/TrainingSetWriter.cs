using System.Text.Json;

namespace Dataflow.Arrow;

/// <summary>Distributes rows to the shards from which they come.</summary>
/// <remarks>A file has three states. <i>Open</i>: rows are appended. <i>Full</i>: it takes no more rows and waits for a checkpoint.
/// <i>Published</i>: that checkpoint is committed, and the file has its name. A checkpoint keeps the open and the full ones.</remarks>
internal sealed class TrainingSetWriter<T> : SinkWriter<T>
{
    private const int MaxRows = 1 << 16; // collected by all shards together
    private const int MaxBytes = 1 << 26;

    private readonly TrainingFolder _folder;
    private readonly Dictionary<SplitPlace, TrainingShard<T>> _shards = [];
    private readonly TrainingShard<T>?[] _bySplit;
    private readonly List<FullFile> _full = [];
    private int _covered; // the number of full files that the last prepared checkpoint covers
    private int _gathered;
    private long _gatheredBytes;

    public TrainingSetWriter(TrainingFolder folder, ReadOnlyMemory<byte> state)
    {
        _folder = folder;
        _bySplit = new TrainingShard<T>?[folder.Context.Splits.Count];
        try
        {
            var unfinished = Read(state);
            folder.DeleteUnknown(unfinished.Select(static kept => kept.File));
            foreach (var kept in unfinished) CarryOn(kept);
            folder.WriteManifest(isComplete: false);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override void Write(in Record<T> record)
    {
        if (!record.Origin.IsKnown) throw ArrowErrors.RowWithoutOrigin();
        var shard = _bySplit[record.Origin.Split] ??= ShardOf(_folder.Context.Splits[record.Origin.Split]);
        var offset = record.Origin.Offset;
        if (shard.IsFullBefore(offset)) EndFile(shard);
        var before = shard.VariableBytes;
        shard.Add(record.Value, offset);
        _gatheredBytes += shard.VariableBytes - before;
        if (++_gathered >= MaxRows || _gatheredBytes >= MaxBytes) Flush();
    }

    public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
    {
        _covered = _full.Count;
        UnfinishedFile[] state = [.. _full.Select(static file => file.Kept), .. _shards.Values.Select(static shard => shard.Prepare())];
        (_gathered, _gatheredBytes) = (0, 0);
        return JsonSerializer.SerializeToUtf8Bytes(state, TrainingJson.Default.UnfinishedFileArray);
    }

    public override void Commit()
    {
        foreach (var file in _full.Take(_covered)) Publish(file);
        _full.RemoveRange(0, _covered);
        _covered = 0;
        _folder.WriteManifest(isComplete: false);
    }

    public override void Finish()
    {
        foreach (var shard in _shards.Values) EndFile(shard);
        foreach (var file in _full) Publish(file);
        _full.Clear();
        _folder.WriteManifest(isComplete: true);
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var shard in _shards.Values) shard.Dispose();
        foreach (var file in _full) file.Partial.Dispose();
        base.Dispose(disposing);
    }

    private static UnfinishedFile[] Read(ReadOnlyMemory<byte> state)
        => state.IsEmpty ? [] : JsonSerializer.Deserialize(state.Span, TrainingJson.Default.UnfinishedFileArray) ?? [];

    private TrainingShard<T> ShardOf(SplitPlace place)
    {
        if (!_shards.TryGetValue(place, out var shard)) _shards.Add(place, shard = new TrainingShard<T>(_folder, place, 0));
        return shard;
    }

    /// <summary>Restores the state of a committed checkpoint.</summary>
    private void CarryOn(UnfinishedFile kept)
    {
        var place = new SplitPlace(kept.File.Topic, kept.File.Partition);
        if (kept.File.Rows == 0)
        {
            _shards.Add(place, new TrainingShard<T>(_folder, place, kept.File.Sequence));
            return;
        }

        var partial = _folder.OpenPartial(kept.File, kept.Partial);
        if (!kept.IsFull && !partial.IsFinished && kept.File.Plan == _folder.Context.PlanHash)
        {
            _shards.Add(place, new TrainingShard<T>(_folder, place, kept, partial));
            return;
        }

        Publish(new FullFile(partial, kept));
        if (!kept.IsFull) _shards.Add(place, new TrainingShard<T>(_folder, place, kept.File.Sequence + 1));
    }

    private void EndFile(TrainingShard<T> shard)
    {
        if (shard.End() is { } file) _full.Add(file);
    }

    private void Publish(FullFile file) => _folder.Publish(file.Partial, file.Kept.File, file.Batches);

    private void Flush()
    {
        foreach (var shard in _shards.Values) shard.Flush();
        (_gathered, _gatheredBytes) = (0, 0);
    }
}
