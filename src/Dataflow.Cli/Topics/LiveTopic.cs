using System.Globalization;
using System.Text.Json;
using Dataflow.Cli.Processes;

namespace Dataflow.Cli.Topics;

/// <summary>A topic of a log that a process has open.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Partitions">The offsets of each partition: of the first record, and behind the last.</param>
internal sealed record LiveTopic(string Name, IReadOnlyList<(long Start, long End)> Partitions)
{
    private const int MostRecords = 200; // of one answer

    public static async Task<IReadOnlyList<LiveTopic>> AllAsync(AdminApi api, string job, CancellationToken cancellationToken)
    {
        var list = await api.GetAsync($"{job}/topics", cancellationToken).ConfigureAwait(false);
        return [.. list.GetProperty("topics").EnumerateArray().Select(static topic => new LiveTopic(
            topic.GetProperty("name").GetString()!, [.. topic.GetProperty("partitions").EnumerateArray().Select(static found =>
                (found.GetProperty("start").GetInt64(), found.GetProperty("end").GetInt64()))]))];
    }

    /// <summary>Reads records of a partition from an offset on; few, if they are many.</summary>
    public static async Task<IReadOnlyList<FoundRecord>> ReadAsync(
        AdminApi api, string job, string topic, int partition, long from, CancellationToken cancellationToken)
    {
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"{job}/topics/{Uri.EscapeDataString(topic)}/records?partition={partition}&from={from}&count={MostRecords}");
        var answer = await api.GetAsync(path, cancellationToken).ConfigureAwait(false);
        return [.. answer.GetProperty("records").EnumerateArray().Select(record => new FoundRecord(
            partition, record.GetProperty("offset").GetInt64(),
            DateTimeOffset.FromUnixTimeMilliseconds(record.GetProperty("timestampMs").GetInt64()),
            JsonOf(record.GetProperty("key")), JsonOf(record.GetProperty("value"))))];
    }

    /// <summary>The process sends texts; those that are JSON are shown as it.</summary>
    private static JsonElement? JsonOf(JsonElement text)
    {
        if (text.GetString() is not { } value) return null;
        return value is ['{' or '[', ..] && RecordJson.Parse(System.Text.Encoding.UTF8.GetBytes(value)) is { } json ? json : text;
    }
}
