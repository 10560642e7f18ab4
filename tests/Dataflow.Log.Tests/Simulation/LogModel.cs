using System.Collections.Immutable;

namespace Dataflow.Log.Tests.Simulation;

/// <summary>What a log holds, as plainly as it can be said.</summary>
internal sealed record LogModel(
    ImmutableSortedDictionary<string, ImmutableList<PartitionModel>> Topics,
    ImmutableDictionary<(string Group, string Topic, int Partition), long> GroupOffsets)
{
    public static LogModel Empty { get; } = new(
        ImmutableSortedDictionary<string, ImmutableList<PartitionModel>>.Empty,
        ImmutableDictionary<(string, string, int), long>.Empty);

    public PartitionModel this[string topic, int partition] => Topics[topic][partition];

    public LogModel WithTopic(string name, int partitions, bool isRetained = false)
        => this with { Topics = Topics.Add(name,
            [.. Enumerable.Repeat(PartitionModel.Empty with { IsRetained = isRetained }, partitions)]) };

    public LogModel WithoutTopic(string name)
        => new(Topics.Remove(name), GroupOffsets.RemoveRange(GroupOffsets.Keys.Where(key => key.Topic == name)));

    public LogModel With(string topic, int partition, PartitionModel content)
        => this with { Topics = Topics.SetItem(topic, Topics[topic].SetItem(partition, content)) };

    public LogModel WithCommit(CommitPlan commit)
    {
        var model = this;
        foreach (var (topic, partition, records) in commit.Appends)
            model = model.With(topic, partition, model[topic, partition].Append(records));
        foreach (var (group, topic, partition, offset) in commit.Offsets)
            model = model with { GroupOffsets = model.GroupOffsets.SetItem((group, topic, partition), offset) };
        return model;
    }
}

/// <summary>The records of a partition, from its start offset on.</summary>
internal sealed record PartitionModel(long Start, ImmutableList<ModelRecord> Records)
{
    public static PartitionModel Empty { get; } = new(0, []);

    public long End => Start + Records.Count;

    /// <summary>Whether the log may have let go of records of its own, as the topic's settings say.</summary>
    public bool IsRetained { get; init; }

    public PartitionModel Append(IReadOnlyList<ModelRecord> records)
        => this with { Records = Records.AddRange(records) };

    public PartitionModel TrimTo(long offset) => this with { Start = offset, Records = Records.RemoveRange(0, (int)(offset - Start)) };
}

/// <summary>A record; no key or no value is null.</summary>
internal sealed record ModelRecord(long Timestamp, byte[]? Key, byte[]? Value);

/// <summary>What a commit is to contain.</summary>
internal sealed record CommitPlan(
    IReadOnlyList<(string Topic, int Partition, IReadOnlyList<ModelRecord> Records)> Appends,
    IReadOnlyList<(string Group, string Topic, int Partition, long Offset)> Offsets);
