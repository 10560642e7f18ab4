using Dataflow.Cli.Logs;
using Dataflow.Cli.Processes;

namespace Dataflow.Cli.Topics;

/// <summary>Reads a topic of a log that a process has open, from a place on, and what comes after.</summary>
internal sealed class TopicFollower(AdminApi api, string job, string topic, int? partition, Place from, int max, string? grep)
{
    private readonly Dictionary<int, long> _next = []; // by partition

    public async Task<IReadOnlyList<FoundRecord>> ReadFirstAsync(CancellationToken cancellationToken)
    {
        var all = await LiveTopic.AllAsync(api, job, cancellationToken).ConfigureAwait(false);
        var found = all.FirstOrDefault(found => found.Name == topic) ?? throw new ToolException(
            $"Topic '{topic}': the log has no such topic. 'dataflow topics list' shows those that it has.");
        if (partition is { } asked && (asked < 0 || asked >= found.Partitions.Count))
            throw new ToolException(
                $"Topic '{topic}': it has no partition {asked}. Its partitions are 0 to {found.Partitions.Count - 1}.");
        var records = new List<FoundRecord>();
        foreach (var (number, (start, end)) in found.Partitions.Index().Where(range => partition is null || range.Index == partition))
            records.AddRange(await ReadPartAsync(number, start, end, cancellationToken).ConfigureAwait(false));
        return records;
    }

    public async Task<IReadOnlyList<FoundRecord>> ReadNextAsync(CancellationToken cancellationToken)
    {
        var records = new List<FoundRecord>();
        foreach (var number in _next.Keys.Order().ToList())
            records.AddRange((await ReadAllAsync(number, long.MaxValue, cancellationToken).ConfigureAwait(false)).Where(Fits));
        return records;
    }

    private async Task<IEnumerable<FoundRecord>> ReadPartAsync(int number, long start, long end, CancellationToken cancellationToken)
    {
        var first = from.IsEnd ? grep is null ? end - max : start : from.Offset ?? start;
        _next[number] = Math.Clamp(first, start, end);
        var found = (await ReadAllAsync(number, end, cancellationToken).ConfigureAwait(false)).Where(Fits);
        return from.IsEnd ? found.TakeLast(max) : found.Take(max);
    }

    private async Task<List<FoundRecord>> ReadAllAsync(int number, long end, CancellationToken cancellationToken)
    {
        var records = new List<FoundRecord>();
        while (_next[number] < end)
        {
            var found = await LiveTopic.ReadAsync(api, job, topic, number, _next[number], cancellationToken).ConfigureAwait(false);
            if (found.Count == 0) break;
            records.AddRange(found);
            _next[number] = found[^1].Offset + 1;
        }

        return records;
    }

    private bool Fits(FoundRecord record) => grep is null || record.Has(grep);
}
