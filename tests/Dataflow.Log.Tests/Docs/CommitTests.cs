using System.Text;

namespace Dataflow.Log.Tests.Docs;

/// <summary>The program of the project's README.</summary>
public sealed class CommitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_commit_is_read_as_a_whole()
    {
        var read = new List<string>();

        using var store = LogStore.Open(_folder["log"]);
        var orders = await store.CreateTopicAsync("orders", partitions: 4);

        var records = new RecordBuffer();
        records.Append(timestamp: 0, "tea"u8, "2 pieces"u8, [new RecordHeader("trace", "17"u8.ToArray())]);
        records.Append(timestamp: 0, "cups"u8, "4 pieces"u8);

        var commit = new LogCommit(); // any number of partitions, and group offsets
        var appended = commit.Add(orders, partition: 0, records);
        commit.SetGroupOffset("billing", "orders", partition: 2, offset: 812);
        await store.CommitAsync(commit); // all of it is safe and visible now, from appended.BaseOffset on

        using var reader = store.OpenReader("orders", partition: 0, offset: 0);
        while (reader.TryRead(out var batch)) // WaitToReadAsync waits for more
        {
            foreach (var record in batch) read.Add($"{record.Offset}: {Encoding.UTF8.GetString(record.Value.Span)}");
        }

        Assert.Equal(["0: 2 pieces", "1: 4 pieces"], read);
        Assert.Equal(0, appended.BaseOffset);
        Assert.Equal(812, store.GetGroupOffset("billing", "orders", 2));
    }

    public void Dispose() => _folder.Dispose();
}
