using Dataflow.Testing;

namespace Dataflow.Tests.Aggregates;

/// <summary>A step of a user's own that takes any aggregate and keeps its accumulators, through the public types alone.</summary>
public class OwnAggregatingStepTests
{
    [Fact]
    public void It_keeps_accumulators_of_their_own_type_also_over_a_restart()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("values", [3L, 1, 2, 5]);
        var (greatest, best) = (Sink.Memory<long>("greatest"), Sink.Memory<string>("best"));
        var pipeline = new Pipeline("running");
        var keyed = pipeline.From(Topic.Of<long>("values", partitions: 1).StopAtEnd()).KeyBy(_ => 7);
        keyed.SoFar("max", new Aggregates<long>().Max(x => x)).Values().To(greatest);
        keyed.SoFar("top", new Aggregates<long>().Top(2, x => x)).Values().Select(top => string.Join(' ', top)).To(best);

        var job = SimulatedJob.Start(pipeline, log);
        while (job.Status.RecordsRead < 2) job.Step();
        job.Begin();
        while (job.Status.Checkpoints.Count == 0) job.Step();
        job.Close();
        SimulatedJob.Start(pipeline, log).Run();

        Assert.Equal([3L, 3, 3, 5], greatest.Committed);
        Assert.Equal(["3", "3 1", "3 2", "5 3"], best.Committed);
    }
}

internal static class SoFarStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Gives, for each record, the aggregate of its key up to it.</summary>
        public KeyedStream<TKey, TResult> SoFar<TResult>(string name, Aggregation<T, TResult> aggregation)
            => stream.Add(input => aggregation.Accept(new SoFarNodeOf<TKey, T, TResult>(name, input)));
    }
}

internal sealed class SoFarNodeOf<TKey, T, TResult>(string name, Node<Keyed<TKey, T>> input)
    : IAggregationVisitor<T, TResult, Node<Keyed<TKey, T>, Keyed<TKey, TResult>>>
    where TKey : notnull
{
    public Node<Keyed<TKey, T>, Keyed<TKey, TResult>> Visit<TAccumulator>(
        Aggregation<T, TAccumulator, TResult> aggregation)
        => new SoFarNode<TKey, T, TAccumulator, TResult>(name, input, aggregation);
}

internal sealed record SoFarNode<TKey, T, TAccumulator, TResult>(
    string Name, Node<Keyed<TKey, T>> Input, Aggregation<T, TAccumulator, TResult> Aggregation)
    : Node<Keyed<TKey, T>, Keyed<TKey, TResult>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, T>, Keyed<TKey, TResult>> CreateOperator()
        => new SoFarOperator<TKey, T, TAccumulator, TResult>(Aggregation);
}

internal sealed class SoFarOperator<TKey, T, TAccumulator, TResult>(Aggregation<T, TAccumulator, TResult> aggregation)
    : Operator<Keyed<TKey, T>, Keyed<TKey, TResult>>
    where TKey : notnull
{
    private KeyedState<TKey, TAccumulator> _accumulators = null!;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        ref var accumulator = ref _accumulators.Update(record.Value.Key, out var exists);
        if (!exists) accumulator = aggregation.Create();
        aggregation.Add(ref accumulator, record.Value.Value);
        Emit(record.With(new Keyed<TKey, TResult>(record.Value.Key, aggregation.Result(in accumulator))));
    }

    protected override void Declare(StepDeclaration declare) => _accumulators = declare.State<TKey, TAccumulator>();
}
