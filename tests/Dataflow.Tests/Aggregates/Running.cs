namespace Dataflow.Tests.Aggregates;

/// <summary>An aggregate with an accumulator, whatever the type of that is.</summary>
internal abstract class Running<T, TResult>
{
    public abstract TResult Result { get; }

    public abstract ReadOnlyMemory<byte> Bytes { get; }

    public abstract void Add(T value);

    public abstract void Retract(T value);

    /// <summary>Adds what another accumulator of the same aggregate has.</summary>
    public abstract void Merge(Running<T, TResult> other);

    /// <summary>Writes the accumulator and goes on with what is read again.</summary>
    public abstract void Restart();
}

internal static class Running
{
    public static Running<T, TResult> Of<T, TResult>(Aggregation<T, TResult> aggregation) => aggregation.Accept(new Opener<T, TResult>());

    private sealed class Opener<T, TResult> : IAggregationVisitor<T, TResult, Running<T, TResult>>
    {
        public Running<T, TResult> Visit<TAccumulator>(Aggregation<T, TAccumulator, TResult> aggregation)
            => new Opened<T, TAccumulator, TResult>(aggregation);
    }

    private sealed class Opened<T, TAccumulator, TResult>(Aggregation<T, TAccumulator, TResult> aggregation) : Running<T, TResult>
    {
        private TAccumulator _accumulator = aggregation.Create();

        public override TResult Result => aggregation.Result(in _accumulator);

        public override ReadOnlyMemory<byte> Bytes => AggregateLaws.Bytes(_accumulator);

        public override void Add(T value) => aggregation.Add(ref _accumulator, value);

        public override void Retract(T value) => aggregation.Retract(ref _accumulator, value);

        public override void Merge(Running<T, TResult> other)
            => aggregation.Merge(ref _accumulator, in ((Opened<T, TAccumulator, TResult>)other)._accumulator);

        public override void Restart() => _accumulator = AggregateLaws.Written(_accumulator);
    }
}
