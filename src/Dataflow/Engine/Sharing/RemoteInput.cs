using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Runtime;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Sharing;

/// <summary>The records of an exchange that come from other processes: a worker's partitions of the repartition topic.</summary>
/// <remarks>Among those that are there at the start may be records of a process whose splits this one has now. Nobody reports their time
/// any more: this process reports its splits by channels, and these are further on. So time stands until they are read.</remarks>
internal sealed class RemoteInput<T> : TaskInput
{
    private readonly StreamTask _task;
    private readonly ExchangeForm<T> _form;
    private readonly List<Partition> _partitions;
    private readonly List<Partition> _behind; // those that are not read up to where they ended at the start
    private readonly ExchangeInput<T> _exchange;
    private readonly TimesOfInput _known;
    private readonly RecordsAtHand<T> _atHand;
    private readonly Record<T>[] _records = new Record<T>[Exchange<T>.BatchRecords];
    private readonly bool _isReadFirst; // before streams start
    private Partition? _reading; // the partition whose records are not all handled
    private int _next; // the index of the partition to read next

    /// <param name="task">The task that takes the records.</param>
    /// <param name="topic">The repartition topic.</param>
    /// <param name="form">The form of the records.</param>
    /// <param name="exchange">The other input of the same stream: records of this process.</param>
    /// <param name="head">The stage's first step.</param>
    /// <param name="known">The times that the process knows of the input.</param>
    public RemoteInput(
        StreamTask task, LogTopic topic, ExchangeForm<T> form, ExchangeInput<T> exchange, Operator<T> head, TimesOfInput known)
    {
        (_task, _form, _exchange, _known) = (task, form, exchange, known);
        _atHand = new(head, task.Turn, task.Fail);
        _isReadFirst = PlanCheck.SourcesOf(exchange.Node).All(task.Job.Plan.IsReadFirst);
        _partitions = Open(task.Job, topic, task.Job.ShardMap.Of(task.Worker.Index));
        _behind = [.. _partitions];
        LetTimeGoOn();
    }

    public override Node Node => _exchange.Node;

    public override long Given => _atHand.Given;

    public override bool IsMidway => _reading is not null;

    public override bool IsEnded => _exchange.IsEnded;

    public override bool IsAtBarrier(long epoch) => true;

    public override bool Step(long epoch)
    {
        if (!_isReadFirst && !_task.Job.StartGate.IsOpen) return false;
        var any = false;
        for (; _next < _partitions.Count; _next++)
        {
            if (_reading is null && (_task.Job.RequestedEpoch > epoch || !Begin(_partitions[_next]))) continue;
            any = true;
            _atHand.Handle();
            if (!_atHand.IsEmpty) return true;
            End();
        }

        _next = 0;
        if (_behind.Count > 0) LetTimeGoOn();
        return any;
    }

    public override void Capture(TaskCheckpoint checkpoint)
    {
        foreach (var partition in _partitions)
            checkpoint.Positions.Add(partition.PositionBefore(partition == _reading ? _atHand.Handled : partition.Count));
    }

    public override void Close() => Closing.All(_partitions.Select<Partition, Action>(static partition => partition.Dispose));

    private static List<Partition> Open(JobRun job, LogTopic topic, ShardSet shards)
    {
        var ranges = topic.Ranges();
        var from = shards.Select(shard => (shard, job.Restored.PositionOf($"{topic.Name}[{shard}]")?.Position ?? ranges[shard].Start));
        return [.. job.Log.OpenReaders(topic.Name, [.. from]).Select(reader => new Partition(reader, ranges[reader.Partition].End))];
    }

    /// <summary>Lets time go on once all partitions are read up to where they ended at the start.</summary>
    private void LetTimeGoOn()
    {
        _behind.RemoveAll(static partition => partition.IsCaughtUp);
        if (_behind.Count == 0) _exchange.LetTimeGoOn();
    }

    /// <summary>Reads records up to the next report of time; false if there is nothing to read.</summary>
    private bool Begin(Partition partition)
    {
        if (!partition.TryRead(_form, _records, _task.Job.Time)) return false;
        _atHand.Take(_records, partition.Count);
        _reading = partition;
        return true;
    }

    private void End()
    {
        _records.AsSpan(0, _reading!.Count).Clear();
        if (_reading.Report is { } report)
        {
            _known.Learn(report.Oldest, report.NewestAtEnd); // before a step hears of the watermark
            _exchange.Take(_reading.Shard, in report);
        }

        _reading = null;
    }

    /// <summary>A partition, read from the position of the last checkpoint.</summary>
    /// <param name="reader">Reads it.</param>
    /// <param name="endAtStart">Its end at the start.</param>
    private sealed class Partition(PartitionReader reader, long endAtStart) : IDisposable
    {
        private readonly long[] _offsets = new long[Exchange<T>.BatchRecords];
        private long _position = reader.Position; // behind the records at hand, and behind the report
        private bool _isInBatch;
        private RecordEnumerator _batch;

        public int Shard => reader.Partition;

        /// <summary>The number of records at hand.</summary>
        public int Count { get; private set; }

        /// <summary>The report behind the records at hand.</summary>
        public TimeReport? Report { get; private set; }

        /// <summary>Whether it is read up to where it ended at the start.</summary>
        public bool IsCaughtUp => !_isInBatch && reader.Position >= endAtStart;

        public bool TryRead(ExchangeForm<T> form, Record<T>[] records, TimeProvider clock)
        {
            (Count, Report) = (0, null);
            if (!_isInBatch)
            {
                if (!reader.TryRead(out var batch)) return false;
                _batch = batch.GetEnumerator();
                _isInBatch = true;
            }

            while (Count < records.Length && (_isInBatch = _batch.MoveNext()))
            {
                var record = _batch.Current;
                _position = record.Offset + 1;
                if (!record.HasKey)
                {
                    Report = TimeReport.Read(in record, clock);
                    return true;
                }

                _offsets[Count] = record.Offset;
                records[Count++] = form.Read(in record);
            }

            return Count > 0 || TryRead(form, records, clock);
        }

        /// <summary>The position before a record at hand.</summary>
        public SplitPosition PositionBefore(int index) => new()
        {
            Name = $"{reader.Topic}[{Shard}]",
            Topic = reader.Topic,
            Shard = Shard,
            Position = index < Count ? _offsets[index] : _position,
            End = null,
            IsFinished = false,
        };

        public void Dispose() => reader.Dispose();
    }
}
