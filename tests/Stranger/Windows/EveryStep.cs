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

    public override Operator<Keyed<TKey, T>, Keyed<TKey, (long Start, TResult Result)>> CreateOperator()
        => new EveryOperator<TKey, T, TAccumulator, TResult>(LengthMs, Aggregation);
}

internal sealed class EveryOperator<TKey, T, TAccumulator, TResult>(long lengthMs, Aggregation<T, TAccumulator, TResult> aggregation)
    : Operator<Keyed<TKey, T>, Keyed<TKey, (long Start, TResult Result)>>
    where TKey : notnull
{
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

    public override void Advance(long watermark)
    {
        foreach (var start in _windows.Tables.Keys.TakeWhile(start => start + lengthMs <= watermark).ToList())
        {
            _windows.Open(start).ForEach((key, accumulator)
                => Emit(new(new(key, (start, aggregation.Result(in accumulator))), start + lengthMs - 1, default)));
            _windows.Drop(start);
        }

        base.Advance(watermark);
    }

    protected override void Declare(StepDeclaration declare) => _windows = declare.NamespacedState<TKey, TAccumulator>("windows");

    protected override void Open() => _intake = Context.KeepsRejected ? aggregation.OpenIntake() : null;
}
