using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

/// <summary>Operators as a user writes them, through the public types alone.</summary>
public sealed class OwnOperatorTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_step_of_a_users_own_sees_each_record_and_the_end_of_each_batch()
    {
        var sums = Harness.Run(Enumerable.Range(1, 100), s => s.BatchSum());

        Assert.Equal([Enumerable.Range(1, 64).Sum(), Enumerable.Range(65, 36).Sum()], sums.Where(sum => sum > 0));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 2)]
    public void State_of_a_users_own_step_is_restored(int before, int after)
    {
        var firsts = Sink.Memory<int>();
        _log.Append("numbers", [1, 2, 1, 3]);
        Run(firsts, before);
        _log.Append("numbers", [3, 4, 1, 5, 5]);
        Run(firsts, after);

        Assert.Equal([1, 2, 3, 4, 5], firsts.Committed.Order());
    }

    [Fact]
    public void An_asynchronous_step_of_a_users_own_keeps_the_order()
        => Assert.Equal([2, 4, 6], Harness.Run([1, 2, 3], s => s.Add(input => new DoubledNode(input))));

    [Fact]
    public void Is_closed_once_also_when_the_job_never_ran_to_its_end()
    {
        var closed = new List<string>();
        var pipeline = new Pipeline("own");
        pipeline.From(Source.Of([1])).Add(input => new WatchedNode(input, closed)).To(Sink.Memory<int>());

        var job = SimulatedJob.Start(pipeline, _log);
        job.Close();
        job.Close();

        Assert.Equal(["open on 0 of 1", "closed"], closed);
    }

    private void Run(MemorySink<int> firsts, int workers)
    {
        var pipeline = new Pipeline("own");
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x).FirstOfKey().To(firsts);
        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }

    private sealed record DoubledNode(Node<int> Before) : Node<int, int>("doubled", Before)
    {
        public override Operator<int, int> CreateOperator() => new DoubledOperator();
    }

    private sealed class DoubledOperator() : AsyncOperator<int, int>(concurrency: 2)
    {
        protected override async Task<int> StartAsync(int value)
        {
            await Task.Yield();
            return value * 2;
        }
    }

    private sealed record WatchedNode(Node<int> Before, List<string> Seen) : Node<int, int>("watched", Before)
    {
        public override Operator<int, int> CreateOperator() => new WatchedOperator(Seen);
    }

    private sealed class WatchedOperator(List<string> seen) : Operator<int, int>
    {
        public override void Process(in Record<int> record) => Emit(in record);

        public override void Close() => seen.Add("closed");

        protected override void Open() => seen.Add($"open on {Context.Worker} of {Context.Workers}");
    }
}

internal static class OwnSteps
{
    extension(Stream<int> stream)
    {
        /// <summary>The sum of each batch that came at once.</summary>
        public Stream<int> BatchSum() => stream.Add(input => new BatchSumNode(input));
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>The first value of each key.</summary>
        public KeyedStream<TKey, T> FirstOfKey() => stream.Add(input => new FirstOfKeyNode<TKey, T>(input));
    }

    private sealed record BatchSumNode(Node<int> Before) : Node<int, int>("batch-sum", Before)
    {
        public override Operator<int, int> CreateOperator() => new BatchSumOperator();
    }

    private sealed class BatchSumOperator : Operator<int, int>
    {
        private int _sum;
        private Record<int> _last;

        public override void Process(in Record<int> record)
        {
            _sum += record.Value;
            _last = record;
        }

        public override void EndOfBatch()
        {
            Emit(_last.With(_sum));
            _sum = 0;
        }
    }

    private sealed record FirstOfKeyNode<TKey, T>(Node<Keyed<TKey, T>> Before) : Node<Keyed<TKey, T>, Keyed<TKey, T>>("first-of-key", Before)
        where TKey : notnull
    {
        public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator() => new FirstOfKeyOperator<TKey, T>();
    }

    private sealed class FirstOfKeyOperator<TKey, T> : Operator<Keyed<TKey, T>, Keyed<TKey, T>>
        where TKey : notnull
    {
        private KeyedState<TKey, bool> _seen = null!;

        public override void Process(in Record<Keyed<TKey, T>> record)
        {
            _seen.Update(record.Value.Key, out var isKnown) = true;
            if (!isKnown) Emit(in record);
        }

        protected override void Open() => _seen = Context.OpenState<TKey, bool>();
    }
}
