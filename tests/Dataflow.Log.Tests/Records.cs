using System.Text;

namespace Dataflow.Log.Tests;

/// <summary>A record as a test compares it.</summary>
internal sealed record Row(long Offset, long Timestamp, string? Key, string? Value);

/// <summary>Short ways to write and read records in tests.</summary>
internal static class Records
{
    public static RecordBuffer Buffer(params IEnumerable<string> values)
    {
        var buffer = new RecordBuffer();
        foreach (var value in values) buffer.Append(0, Encoding.UTF8.GetBytes(value));
        return buffer;
    }

    public static async Task<long> AppendAsync(this LogStore store, string topic, int partition, params string[] values)
    {
        var commit = new LogCommit();
        var appended = commit.Add(store.GetTopic(topic), partition, Buffer(values));
        await store.CommitAsync(commit);
        return appended.BaseOffset;
    }

    public static List<string?> Values(this LogStore store, string topic, int partition, long from = -1)
        => store.Rows(topic, partition, from).ConvertAll(row => row.Value);

    public static List<Row> Rows(this LogStore store, string topic, int partition, long from = -1)
    {
        using var reader = store.OpenReader(topic, partition, from < 0 ? store.GetTopic(topic).StartOffset(partition) : from);
        return reader.Rows();
    }

    /// <summary>What a function makes of each record while its memory is valid.</summary>
    public static List<T> ReadAll<T>(this LogStore store, string topic, int partition, Func<LogRecord, T> select)
    {
        using var reader = store.OpenReader(topic, partition, store.GetTopic(topic).StartOffset(partition));
        var all = new List<T>();
        while (reader.TryRead(out var batch))
        {
            foreach (var record in batch) all.Add(select(record));
        }
        return all;
    }

    /// <summary>The headers as text, a value that is not there as '-'.</summary>
    public static string HeaderText(this LogRecord record)
    {
        var headers = new List<string>();
        foreach (var header in record.Headers) headers.Add(
            $"{header.Name}={(header.HasValue ? Convert.ToHexString(header.Value.Span) : "-")}");
        Assert.Equal(record.Headers.Count, headers.Count);
        return string.Join(' ', headers);
    }

    public static List<Row> Rows(this PartitionReader reader)
    {
        var rows = new List<Row>();
        while (reader.TryRead(out var batch))
        {
            foreach (var record in batch)
            {
                rows.Add(new(
                    record.Offset,
                    record.Timestamp,
                    record.HasKey ? Encoding.UTF8.GetString(record.Key.Span) : null,
                    record.HasValue ? Encoding.UTF8.GetString(record.Value.Span) : null));
            }
        }
        return rows;
    }
}
