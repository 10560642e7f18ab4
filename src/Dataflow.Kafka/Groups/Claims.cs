using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>The work that each process has claimed: a record in the members' topic for each owner of commits, in the order in which they
/// claimed.</summary>
/// <remarks>A unit belongs to the process that claimed it last. That one first shuts out whoever has it by its own last claim, and only
/// then reads what was committed. So of two processes that both think they have a unit one can commit, whatever the group says.</remarks>
internal static class Claims
{
    /// <summary>Appends the claim of an owner; no units: it has given up all.</summary>
    public static void Append(RecordBuffer records, string owner, IReadOnlyList<int> units)
    {
        var key = Encoding.UTF8.GetBytes(owner);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        if (units.Count == 0) records.AppendTombstone(now, key);
        else records.Append(now, key, JsonSerializer.SerializeToUtf8Bytes(
            new Claim(units, Environment.MachineName, Environment.ProcessId), ClaimJson.Default.Claim));
    }

    /// <summary>Reads the claims of all owners up to an offset, without waiting for any: a process that was killed in the middle of a
    /// claim has left it open, so that claim and the one before both count.</summary>
    public static IReadOnlyDictionary<string, Claim> Read(KafkaLog log, LogTopic topic, long end)
    {
        var claims = new Dictionary<string, Claim>(StringComparer.Ordinal);
        var stable = Math.Min(end, topic.StableOffset(0));
        using (var reader = log.OpenReader(topic.Name, 0, topic.StartOffset(0)))
        {
            while (reader.TryReadBefore(stable, out var batch))
                foreach (var record in batch) Take(in record);
        }

        if (stable == end) return claims;
        using var open = log.OpenUncommittedReader(topic, 0, stable);
        while (open.TryReadBefore(end, out var batch))
            foreach (var record in batch) Add(in record);
        return claims;

        void Take(in LogRecord record)
        {
            if (record.HasValue) claims[OwnerOf(in record)] = ClaimOf(in record);
            else claims.Remove(OwnerOf(in record));
        }

        void Add(in LogRecord record)
        {
            if (!record.HasValue) return;
            var (owner, claim) = (OwnerOf(in record), ClaimOf(in record));
            claims[owner] = claims.TryGetValue(owner, out var before) ? claim with { Units = [.. claim.Units.Union(before.Units)] } : claim;
        }
    }

    private static string OwnerOf(in LogRecord record) => Encoding.UTF8.GetString(record.Key.Span);

    private static Claim ClaimOf(in LogRecord record) => JsonSerializer.Deserialize(record.Value.Span, ClaimJson.Default.Claim)!;
}

/// <summary>The work that a process has claimed.</summary>
internal sealed record Claim(IReadOnlyList<int> Units, string Machine, int Process);

[JsonSerializable(typeof(Claim))]
internal sealed partial class ClaimJson : JsonSerializerContext;
