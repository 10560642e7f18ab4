using Dataflow.Log;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Sharing;

/// <summary>Collects a worker's records for shards of other processes. They are appended to the exchange's repartition topic in the commit
/// of the next checkpoint, followed by the time that the worker has reached.</summary>
/// <param name="topic">The repartition topic.</param>
/// <param name="form">The form of records in it.</param>
/// <param name="own">The shards of this process.</param>
/// <param name="origins">Those of the worker.</param>
/// <param name="known">The times that the process knows of the input.</param>
/// <param name="clock">The job's clock.</param>
internal sealed class RemoteWriter<T>(
    LogTopic topic, ExchangeForm<T> form, ShardSet own, ShardSet origins, TimesOfInput known, TimeProvider clock)
{
    private readonly RecordBuffer?[] _records = new RecordBuffer?[Shards.Count];

    /// <summary>The size of the records that wait for the checkpoint.</summary>
    public long PendingBytes { get; private set; }

    public void Add(in Record<T> record)
    {
        var shard = form.ShardOf(in record);
        var records = _records[shard] ??= new RecordBuffer();
        var before = records.Bytes;
        form.Append(records, in record);
        PendingBytes += records.Bytes - before;
    }

    public void Capture(CheckpointOutput output, InputTime time)
    {
        var newest = time.Watermark == long.MaxValue ? known.NewestAtEnd : long.MinValue;
        var report = new TimeReport(origins, time, newest, known.OldestOfEach);
        foreach (var shard in ShardSet.All.Except(own))
        {
            var records = _records[shard] ?? new RecordBuffer();
            _records[shard] = null;
            report.AppendTo(records, clock);
            output.Append(topic, shard, records);
        }

        PendingBytes = 0;
    }

    public void Close()
    {
        foreach (var records in _records) records?.Dispose();
    }
}
