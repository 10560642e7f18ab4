using Dataflow;

namespace Stranger.Windows;

internal static class EveryStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Computes any aggregate of each key and window of one length.</summary>
        public KeyedStream<TKey, (long Start, TResult Result)> Every<TResult>(
            TimeSpan length, Func<Aggregates<T>, Aggregation<T, TResult>> aggregate, string name = "every")
            => stream.Add(input => aggregate(new Aggregates<T>())
                .Accept(new NodeOf<TKey, T, TResult>(name, input, (long)length.TotalMilliseconds)));
    }

    private sealed class NodeOf<TKey, T, TResult>(string name, Node<Keyed<TKey, T>> input, long lengthMs)
        : IAggregationVisitor<T, TResult, Node<Keyed<TKey, T>, Keyed<TKey, (long Start, TResult Result)>>>
        where TKey : notnull
    {
        public Node<Keyed<TKey, T>, Keyed<TKey, (long Start, TResult Result)>> Visit<TAccumulator>(
            Aggregation<T, TAccumulator, TResult> aggregation)
            => new EveryNode<TKey, T, TAccumulator, TResult>(name, input, lengthMs, aggregation);
    }
}

internal sealed record EveryNode<TKey, T, TAccumulator, TResult>(
    string Name, Node<Keyed<TKey, T>> Input, long LengthMs, Aggregation<T, TAccumulator, TResult> Aggregation)
    : Node<Keyed<TKey, T>, Keyed<TKey, (long Start, TResult Result)>>(Name, Input)
    where TKey : notnull
{
    public override string StateSignature => $"{Aggregation.Name} every {LengthMs} ms";

    public override PartialAggregation PartialAggregation => PartialAggregation.Of(Input, Aggregation, new Alike(LengthMs));

    public override Operator<Keyed<TKey, T>, Keyed<TKey, (long Start, TResult Result)>> CreateOperator()
        => new EveryOperator<TKey, T, TAccumulator, TResult>(LengthMs, Aggregation);
}

/// <summary>Windows of one length.</summary>
internal sealed record Alike(long LengthMs) : AlignedWindows($"windows of {LengthMs} ms")
{
    public override Window PaneOf(long moment) => Floor(moment, LengthMs) is var start ? new(start, start + LengthMs) : default;
}

internal sealed class EveryOperator<TKey, T, TAccumulator, TResult>(long lengthMs, Aggregation<T, TAccumulator, TResult> aggregation)
    : Operator<Keyed<TKey, T>, Keyed<TKey, (long Start, TResult Result)>>, ITakesParts<TKey, TAccumulator>
    where TKey : notnull
{
    private long _watermark;
    private NamespacedState<TKey, TAccumulator> _windows = null!; // by their start
    private Intake<T, TAccumulator>? _intake; // where records on which the user's code fails are left out

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var window = _windows.Open(record.Timestamp - (record.Timestamp % lengthMs));
        ref var accumulator = ref window.Update(record.Value.Key, out var exists);
        if (!exists) accumulator = aggregation.Create();
        if (_intake is null)
        {
            aggregation.Add(ref accumulator, record.Value.Value);
            return;
        }

        try
        {
            _intake.Add(ref accumulator, record.Value.Value);
        }
        catch (Exception error)
        {
            if (!exists) window.Remove(record.Value.Key);
            Reject(error, in record);
            return;
        }

        _intake.Commit(ref accumulator);
    }

    public void TakePart(TKey key, in TAccumulator part, long count, long newest)
    {
        ref var accumulator = ref _windows.Open(newest - (newest % lengthMs)).Update(key, out var exists);
        if (exists) aggregation.Merge(ref accumulator, in part);
        else accumulator = part;
    }

    public override void Capture(StepCheckpoint checkpoint) => checkpoint.SaveWatermark(_watermark);

    public override void Advance(long watermark)
    {
        _watermark = watermark;
        foreach (var start in _windows.Tables.Keys.TakeWhile(start => start + lengthMs <= watermark).ToList())
        {
            _windows.Open(start).ForEach((key, accumulator)
                => Emit(new(new(key, (start, aggregation.Result(in accumulator))), start + lengthMs - 1, default)));
            _windows.Drop(start);
        }

        base.Advance(watermark);
    }

    protected override void Declare(StepDeclaration declare) => _windows = declare.NamespacedState<TKey, TAccumulator>("windows");

    protected override void Open()
    {
        _watermark = Context.SavedWatermark();
        _intake = Context.KeepsRejected ? aggregation.OpenIntake() : null;
    }
}
