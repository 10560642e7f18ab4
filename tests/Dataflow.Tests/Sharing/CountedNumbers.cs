using Dataflow.Extensibility;
using Dataflow.Log;

namespace Dataflow.Tests.Sharing;

/// <summary>Numbers that processes count, so that each result tells how often its number has come.</summary>
internal sealed class CountedNumbers
{
    public const int Numbers = 500;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly LogStore _log;
    private int _rounds;

    public CountedNumbers(LogStore log)
    {
        _log = log;
        for (var partition = 0; partition < 4; partition++) log.Append<int>("numbers", [], partition, partitions: 4);
    }

    /// <summary>Appends each number once more, and waits until all were counted as often as they came.</summary>
    public Task CountAsync()
    {
        Append();
        return ExpectAsync();
    }

    /// <summary>Appends each number once more.</summary>
    public void Append()
    {
        _rounds++;
        for (var partition = 0; partition < 4; partition++)
            _log.Append("numbers", Enumerable.Range(0, Numbers).Where(number => number % 4 == partition), partition, partitions: 4);
    }

    /// <summary>Waits until all were counted as often as they came.</summary>
    public async Task ExpectAsync()
    {
        await UntilAsync(() => _log.TryGetTopic("counts", out var counts) && counts.EndOffset(0) >= _rounds * Numbers);
        var expected = Enumerable.Range(0, Numbers)
            .SelectMany(number => Enumerable.Range(1, _rounds).Select(round => $"{number}: {round}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), _log.Sorted<string>("counts"));
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var longest = new CancellationTokenSource(s_longest);
        while (!condition()) await Task.Delay(5, longest.Token);
    }

    /// <summary>Starts a process that counts them.</summary>
    /// <param name="log">The process's log.</param>
    /// <param name="with">Changes its options.</param>
    /// <param name="spoils">Whether it changes its counts once more when it is closed.</param>
    public static Task<Job> StartAsync(PartitionedLog log, Func<JobOptions, JobOptions> with, bool spoils = false)
    {
        var pipeline = NewPipeline(spoils);
        return pipeline.StartAsync(
            with(new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(20) }),
            TestContext.Current.CancellationToken);
    }

    public static Pipeline NewPipeline(bool spoils = false)
    {
        var pipeline = new Pipeline("counting");
        pipeline.From(Topic.Of<int>("numbers", 4)).KeyBy(static number => number)
            .Add(input => new CountNode(input, spoils)).Values().To(Topic.Of<string>("counts", 1));
        return pipeline;
    }

    private sealed record CountNode(Node<Keyed<int, int>> Before, bool Spoils)
        : Node<Keyed<int, int>, Keyed<int, string>>("count", Before)
    {
        public override Operator<Keyed<int, int>, Keyed<int, string>> CreateOperator() => new Counter(Spoils);
    }

    /// <summary>Counts numbers; where it spoils, it changes its counts once more when it is closed.</summary>
    private sealed class Counter(bool spoils) : Operator<Keyed<int, int>, Keyed<int, string>>
    {
        private KeyedState<int, int> _counts = null!; // set when the operator is declared

        public override void Process(in Record<Keyed<int, int>> record)
        {
            var count = ++_counts.Update(record.Value.Key, out _);
            Emit(record.With(new Keyed<int, string>(record.Value.Key, $"{record.Value.Key}: {count}")));
        }

        public override void Close()
        {
            for (var number = 0; spoils && number < Numbers; number++)
            {
                if (_counts.TryGet(number, out _)) _counts.Update(number, out _) += 1000;
            }
        }

        protected override void Declare(StepDeclaration declare) => _counts = declare.State<int, int>();
    }
}
