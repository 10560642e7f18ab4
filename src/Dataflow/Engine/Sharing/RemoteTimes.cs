using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Sharing;

/// <summary>The time of an exchange's input from other processes, as a worker's partitions of the repartition topic report it.</summary>
/// <remarks>A process reports its time for each shard that it has, so that the reports of another one that takes a shard over follow those
/// of the first. Until all shards have reported since the start, time stands.</remarks>
/// <param name="own">The shards of this process, which report by channels.</param>
/// <param name="partitions">The worker's shards: the partitions that it reads.</param>
/// <param name="areIndependent">Whether processes report the time of their own splits; otherwise each reports what it knows of all.</param>
internal sealed class RemoteTimes(ShardSet own, ShardSet partitions, bool areIndependent)
{
    private readonly int[] _origins = [.. ShardSet.All.Except(own)];
    private readonly int[] _places = [.. Enumerable.Range(0, Shards.Count).Select(partitions.CountBelow)];
    private readonly InputTime[] _times = [.. Enumerable.Repeat(InputTime.None, Shards.Count * partitions.Count)]; // by origin, partition
    private readonly InputTime[] _byOrigin = new InputTime[Shards.Count - own.Count + 1];

    /// <summary>Takes a report that stands in a partition.</summary>
    public void Take(int partition, in TimeReport report)
    {
        foreach (var origin in report.Origins) _times[(origin * partitions.Count) + _places[partition]] = report.Time;
    }

    /// <summary>Combines the time that the workers of this process report with that of the others.</summary>
    public InputTime With(InputTime local)
    {
        _byOrigin[0] = local;
        for (var i = 0; i < _origins.Length; i++)
        {
            var reports = _times.AsSpan(_origins[i] * partitions.Count, partitions.Count);
            _byOrigin[i + 1] = HasEnded(reports) ? new(long.MaxValue, default) : InputTime.OfParts(reports);
        }

        if (HasEnded(_byOrigin)) return new(long.MaxValue, default);
        return areIndependent ? InputTime.OfInputs(_byOrigin) : InputTime.OfParts(_byOrigin);
    }

    private static bool HasEnded(ReadOnlySpan<InputTime> times)
    {
        foreach (ref readonly var time in times)
        {
            if (time.Watermark < long.MaxValue) return false;
        }

        return true;
    }
}
