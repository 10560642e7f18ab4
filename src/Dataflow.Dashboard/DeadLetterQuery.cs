using Dataflow.Dashboard.Api;
using Dataflow.Log;

namespace Dataflow.Dashboard;

/// <summary>Counts a pipeline's newest dead letters by step and reason.</summary>
internal static class DeadLetterQuery
{
    private const int MaxSeen = 1000;
    private const int MaxGroups = 100;
    private const int MaxReason = 500;

    public static DeadLettersView Run(Job job, bool showsReasons)
    {
        var name = $"{job.Pipeline}.dead-letters";
        if (!job.Log.TryGetTopic(name, out var topic)) return new(null, 0, 0, []);
        var (start, end) = topic.Ranges()[0];
        var letters = Read(job.Log, name, Math.Max(start, end - MaxSeen), end);
        return new(name, end - start, letters.Count, [.. letters
            .GroupBy(letter => (letter.Step, Reason: showsReasons ? Short(letter.Reason) : null))
            .Select(static same => GroupOf(same.Key.Step, same.Key.Reason, [.. same]))
            .OrderByDescending(static group => group.Count).Take(MaxGroups)]);
    }

    private static DeadLetterGroup GroupOf(string step, string? reason, IReadOnlyList<DeadLetter> letters)
    {
        var last = letters[^1];
        var place = last.Source.Length == 0 ? "" : $"{last.Source}@{last.Position}";
        return new(step, reason, letters.Count, last.Time.ToUnixTimeMilliseconds(), place);
    }

    private static string Short(string reason) => reason.Length <= MaxReason ? reason : $"{reason.AsSpan(0, MaxReason)}…";

    private static List<DeadLetter> Read(PartitionedLog log, string topic, long from, long end)
    {
        var letters = new List<DeadLetter>();
        using var reader = log.OpenReader(topic, 0, from);
        while (reader.TryReadBefore(end, out var batch))
        {
            foreach (var record in batch) letters.Add(Serde<DeadLetter>.Default.Read(record.Value));
        }

        return letters;
    }
}
