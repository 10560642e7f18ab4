using System.Text;
using System.Text.Json;
using Dataflow.Log;
using MessagePack;

namespace Dataflow.Cli.Topics;

/// <summary>A record of a line: the inverse of <see cref="RecordJson"/>.</summary>
internal sealed record NewRecord(int Partition, long Timestamp, byte[]? Key, byte[]? Value)
{
    /// <summary>Reads a line; null: it has neither key nor value, or a partition that is not there.</summary>
    public static NewRecord? Read(string line, int partitions, bool keepsJson)
    {
        var json = JsonElement.Parse(line);
        var (key, value) = (BytesOf(json, "key", keepsJson), BytesOf(json, "value", keepsJson));
        var partition = json.TryGetProperty("partition", out var given) ? given.GetInt32()
            : key is null ? 0 : KafkaPartitioner.Partition(key, partitions);
        var time = json.TryGetProperty("time", out var at) ? at.GetDateTimeOffset() : TimeProvider.System.GetUtcNow();
        return (key is null && value is null) || partition < 0 || partition >= partitions
            ? null : new(partition, time.ToUnixTimeMilliseconds(), key, value);
    }

    /// <returns>True.</returns>
    public bool AddTo(RecordBuffer records)
    {
        if (Value is null) records.AppendTombstone(Timestamp, Key);
        else if (Key is null) records.Append(Timestamp, Value);
        else records.Append(Timestamp, Key, Value);
        return true;
    }

    private static byte[]? BytesOf(JsonElement line, string member, bool keepsJson)
    {
        if (!line.TryGetProperty(member, out var json) || json.ValueKind == JsonValueKind.Null) return null;
        if (json.ValueKind == JsonValueKind.String) return Encoding.UTF8.GetBytes(json.GetString()!);
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("hex", out var hex) && json.TryGetProperty("bytes", out _))
            return Convert.FromHexString(hex.GetString()!);
        return keepsJson ? Encoding.UTF8.GetBytes(json.GetRawText()) : MessagePackSerializer.ConvertFromJson(json.GetRawText());
    }
}
