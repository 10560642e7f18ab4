namespace Dataflow.Log.Tests.Simulation;

/// <summary>Makes the steps of a program from a seed: each kind of step at least once, in an order by chance.</summary>
internal sealed class Workload
{
    private const int SmallBytes = 3000;
    private const int MediumBytes = 40_000; // a few fill a segment; more than half a journal file
    private const int LargeBytes = 530_000; // beyond what is ever copied into the journal

    public const int RetainedBytes = 64 << 10;

    private readonly Random _random;
    private readonly List<Step> _steps = [];
    private LogModel _model = LogModel.Empty;

    private Workload(int seed) => _random = new Random(seed);

    public static IReadOnlyList<Step> Create(int seed, int steps)
    {
        var workload = new Workload(seed);
        workload.Add(new CreateTopicStep("clicks", 3));
        workload.Add(new CreateTopicStep("state", 1));
        workload.Add(new CreateRetainedTopicStep("kept", 1, new TopicSettings { RetentionBytes = RetainedBytes }));
        var kinds = Enumerable.Range(0, steps).ToArray();
        workload._random.Shuffle(kinds);
        foreach (var kind in kinds)
        {
            if (kind % 13 == 9) workload.AddDeletion();
            workload.Add(workload.StepOf(kind));
        }

        return workload._steps;
    }

    private void Add(Step step)
    {
        _steps.Add(step);
        _model = step.StatesFrom(_model)[^1];
    }

    /// <summary>Deletes a topic that has been written to. Another one gets its name, at once or never.</summary>
    private void AddDeletion()
    {
        var name = _random.Next(2) == 0 ? "clicks" : _model.Topics.Keys.Last(static name => name != "kept");
        if (name == "clicks") Add(new CommitStep(new CommitPlan([(name, 2, Records(MediumBytes))], [("group-0", name, 2, 7)])));
        Add(new DeleteTopicStep(name));
        if (name == "clicks") Add(new CreateTopicStep(name, 3));
    }

    private Step StepOf(int kind) => (kind % 13) switch
    {
        0 => new ReopenStep(),
        1 => new CreateTopicStep($"topic-{kind}", _random.Next(1, 4)),
        2 or 3 => Trim(),
        4 => new CommitStep(Commit(kind == 4 ? LargeBytes : MediumBytes, appends: 1), Commit(SmallBytes, appends: 2)),
        5 or 6 => new CommitStep([.. Enumerable.Range(0, _random.Next(2, 5)).Select(_ => SmallCommit())]),
        7 => new CommitStep(Commit(MediumBytes, _random.Next(1, 4))),
        8 => new ConfigureTopicStep("kept", new TopicSettings { RetentionBytes = RetainedBytes * _random.Next(1, 4) }),
        _ => new CommitStep(SmallCommit()),
    };

    private CommitPlan SmallCommit() => Commit(SmallBytes, _random.Next(1, 5));

    private TrimStep Trim()
    {
        var (topic, partition) = AnyPartition();
        var content = _model[topic, partition];
        return new TrimStep(topic, partition, _random.NextInt64(content.Start, content.End + 1));
    }

    private CommitPlan Commit(int valueBytes, int appends)
    {
        var records = Enumerable.Range(0, appends).Select(_ =>
        {
            var (topic, partition) = AnyPartition();
            return (topic, partition, Records(valueBytes));
        });
        var offsets = Enumerable.Range(0, _random.Next(3)).Select(_ =>
        {
            var (topic, partition) = AnyPartition();
            return ($"group-{_random.Next(2)}", topic, partition, _random.NextInt64(1000));
        });
        return new CommitPlan([.. records], [.. offsets]);
    }

    /// <summary>A few small records and one of at least nine tenths of the bytes asked for.</summary>
    private IReadOnlyList<ModelRecord> Records(int valueBytes)
    {
        var few = Enumerable.Range(0, _random.Next(4)).Select(_ => Record(_random.Next(40)));
        return [.. few, Record(valueBytes - _random.Next(valueBytes / 10))];
    }

    private ModelRecord Record(int valueBytes)
    {
        var timestamp = _random.NextInt64(1_700_000_000_000, 1_800_000_000_000);
        var (key, value) = (Bytes(_random.Next(20)), Bytes(valueBytes));
        return _random.Next(4) switch
        {
            0 => new ModelRecord(timestamp, Key: null, value),
            1 when valueBytes < 40 => new ModelRecord(timestamp, key, Value: null),
            _ => new ModelRecord(timestamp, key, value),
        };
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private (string Topic, int Partition) AnyPartition()
    {
        var (topic, partitions) = _model.Topics.ElementAt(_random.Next(_model.Topics.Count));
        return (topic, _random.Next(partitions.Count));
    }
}
