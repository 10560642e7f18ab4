using Dataflow.Runtime;
using Dataflow.Texts;
using Dataflow.Time;

namespace Dataflow.Combining;

/// <summary>The end of a stage before an aggregate: pre-aggregates the records of a key and pane, and sends the accumulators.</summary>
/// <remarks>So a hot key costs the worker that owns it one record for each flush of each worker. Where keys are so many that little can be
/// combined, values are sent unchanged, except for a sample that would detect a change. It holds nothing across a checkpoint: the
/// accumulators are sent before its barrier. Late values too are sent unchanged: the step that counts them is behind the
/// exchange.</remarks>
internal sealed class Combiner<TKey, T, TAccumulator, TResult>(
    ExchangeWriter<Keyed<TKey, Part<T, TAccumulator>>> writer,
    Aggregation<T, TAccumulator, TResult> aggregation,
    AlignedWindows? windows)
    : Operator<Keyed<TKey, T>>, IExchangeWriter
    where TKey : notnull
{
    private const int MaxParts = 4096; // the table stays in the cache
    private const int MinPerPart = 4; // values, or the part costs as much as it saves
    private const int SampleRecords = 16 * 1024;
    private const int RecordsBetweenSamples = 32 * SampleRecords;

    private readonly PartTable<TKey, TAccumulator> _parts = new(MaxParts);
    private readonly bool _keepsTexts = TextKeeper<TAccumulator>.IsNeeded;
    private Window _pane;
    private Intake<T, TAccumulator>? _intake; // null where an error stops the job
    private long _watermark = long.MinValue;
    private Idleness _idleness;
    private OpenTimes _open = new(windows, long.MinValue);
    private int _toPass; // records until the next sample; 0: combining pays, or is being tried
    private Counter _combined = null!;
    private long _sampledRecords;
    private long _sampledParts;

    public Turn? Turn
    {
        set => writer.Turn = value;
    }

    public bool HasOverflow => writer.HasOverflow;

    public bool IsHeldUp => writer.IsHeldUp;

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (_parts.IsFull) SendParts();
        if (_toPass > 0)
        {
            _toPass--;
            Pass(in record);
        }
        else if (_open.Hold(record.Timestamp))
        {
            Combine(in record);
        }
        else
        {
            SendParts(); // values before the watermark are sent before it
            Pass(in record);
        }
    }

    public override void Advance(long watermark)
    {
        if (watermark > _watermark) MoveTo(watermark);
        if (_parts.Count == 0) writer.Advance(_watermark);
    }

    public override void Idle(Idleness idleness)
    {
        _idleness = idleness;
        if (_parts.Count == 0) writer.Idle(idleness);
    }

    public void Flush()
    {
        SendAll();
        writer.Flush();
    }

    public void SendBarrier(long epoch)
    {
        SendAll();
        writer.SendBarrier(epoch);
    }

    public bool SendOverflow() => writer.SendOverflow();

    protected override void Declare(StepDeclaration declare) => _combined = declare.Counter(CombiningCounters.Combined);

    protected override void Open()
    {
        // What is late for one of the workers behind the exchange, or for some of its keys, must not go into a part.
        MoveTo(Context.SavedWatermarks().Concat(Context.SavedWatermarks(IKeyTimes.AheadPart)).Max());
        _intake = Context.KeepsRejected ? aggregation.OpenIntake() : null;
    }

    private void MoveTo(long watermark)
    {
        _watermark = watermark;
        _open = new OpenTimes(windows, watermark);
    }

    private void Pass(in Record<Keyed<TKey, T>> record)
    {
        Emitted++;
        writer.Process(record.With(new Keyed<TKey, Part<T, TAccumulator>>(record.Value.Key, new(record.Value.Value, default!, 0))));
    }

    private void Combine(in Record<Keyed<TKey, T>> record)
    {
        if (windows is not null && !_pane.Holds(record.Timestamp)) _pane = windows.PaneOf(record.Timestamp);
        ref var part = ref _parts.Find(record.Value.Key, _pane.StartMs);
        try
        {
            if (part.Count == 0) part.Accumulator = aggregation.Create();
            aggregation.Add(ref part.Accumulator, in record.ValueRef().ValueRef(), _intake);
            if (_keepsTexts) TextKeeper<TAccumulator>.Keep(ref part.Accumulator);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (part.Count == 0 || record.Timestamp > part.Newest) part.Newest = record.Timestamp;
        part.Count++;
        Emitted++;
    }

    /// <summary>Sends the accumulators and the time, which must not overtake them.</summary>
    private void SendAll()
    {
        SendParts();
        writer.Advance(_watermark);
        writer.Idle(_idleness);
    }

    private void SendParts()
    {
        if (_parts.Count == 0) return;
        foreach (ref readonly var part in _parts.All)
        {
            if (part.Count == 0) continue; // the user's code failed on its values
            writer.Process(new Record<Keyed<TKey, Part<T, TAccumulator>>>(
                new(part.Key, new(default!, part.Accumulator, part.Count)), part.Newest, default));
            _combined.Add(part.Count - 1);
            _sampledRecords += part.Count;
            _sampledParts++;
        }

        _parts.Clear();
        if (_sampledRecords >= SampleRecords) JudgeSample();
    }

    private void JudgeSample()
    {
        if (_sampledRecords < _sampledParts * MinPerPart) _toPass = RecordsBetweenSamples;
        _sampledRecords = _sampledParts = 0;
    }
}
