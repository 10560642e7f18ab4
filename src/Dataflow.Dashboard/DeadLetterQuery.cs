using System.Security.Cryptography;
using System.Text;
using Dataflow.Dashboard.Api;

namespace Dataflow.Dashboard;

/// <summary>Counts a pipeline's newest dead letters by step and reason.</summary>
internal static class DeadLetterQuery
{
    private const int MaxSeen = 1000;
    private const int MaxGroups = 100;
    private const int MaxReason = 500;

    public static DeadLettersView Run(Job job, DeadLetterStore store, bool showsReasons)
    {
        if (!job.Log.TryGetTopic(store.Topic, out var topic)) return new(null, 0, 0, []);
        var (start, end) = topic.Ranges()[0];
        var letters = store.Read(MaxSeen).ToList();
        return new(store.Topic, end - start, letters.Count, [.. letters
            .GroupBy(kept => IdOf(kept.Letter, showsReasons))
            .Select(same => GroupOf(same.Key, showsReasons, [.. same]))
            .OrderByDescending(static group => group.Count).Take(MaxGroups)]);
    }

    /// <summary>The id of a letter's group. It tells nothing of a reason that is not shown.</summary>
    public static string IdOf(DeadLetter letter, bool showsReasons)
    {
        var name = showsReasons ? $"{letter.Step}\0{Short(letter.Reason)}" : letter.Step;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));
    }

    private static DeadLetterGroup GroupOf(string id, bool showsReasons, IReadOnlyList<KeptLetter> letters)
    {
        var last = letters[^1].Letter;
        var place = last.Source.Length == 0 ? "" : $"{last.Source}@{last.Position}";
        return new(
            id, last.Step, showsReasons ? Short(last.Reason) : null, letters.Count, letters.Count(static letter => letter.IsReplayed),
            last.Time.ToUnixTimeMilliseconds(), place);
    }

    private static string Short(string reason) => reason.Length <= MaxReason ? reason : $"{reason.AsSpan(0, MaxReason)}…";
}
