using Dataflow.Testing;

namespace Dataflow.Log.Tests;

public sealed class MessageTests : IDisposable
{
    private readonly TemporaryFolder _directory = new();
    private readonly FaultyFileSystem _files = new(PhysicalFileSystem.Instance);
    private readonly KeptMessages _messages = new();

    private string Log => _directory["log"];

    private LogOptions Options => new()
    {
        SegmentBytes = 64 << 10,
        JournalFileBytes = 64 << 10,
        FileSystem = _files,
        CommitScheduler = new InlineTaskScheduler(),
        LoggerFactory = _messages,
    };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Tells_what_a_recovery_replayed_and_cut()
    {
        using var store = LogStore.Open(Log, Options);
        await store.CreateTopicAsync("orders", 1);
        await store.AppendAsync("orders", 0, "a secret");
        var copy = _directory.CopyOf(Log);
        foreach (var segment in Directory.EnumerateFiles(copy, "*.log", SearchOption.AllDirectories))
            File.AppendAllText(segment, "half a batch that never was committed");

        LogStore.Open(copy, Options).Dispose();

        Assert.Contains("2 journal entries were replayed", _messages.Of(1)[1], StringComparison.Ordinal);
        Assert.Contains("Topic 'orders', partition 0, offset 1", Assert.Single(_messages.Of(2)), StringComparison.Ordinal);
        Assert.DoesNotContain(_messages.All, message => message.Text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tells_once_that_the_disk_is_full_and_once_that_it_has_room_again()
    {
        using var store = LogStore.Open(Log, Options);
        await store.CreateTopicAsync("orders", 1);
        _files.FreeBytes = 0;
        for (var n = 0; n < 3; n++)
            await Assert.ThrowsAsync<LogFullException>(async () => await store.AppendAsync("orders", 0, new string('x', 60_000)));
        _files.FreeBytes = long.MaxValue;
        for (var n = 0; n < 3; n++) await store.AppendAsync("orders", 0, "fits");

        Assert.Single(_messages.Of(3));
        Assert.Single(_messages.Of(4));
    }

    [Fact]
    public async Task Tells_that_it_has_failed()
    {
        using var store = LogStore.Open(Log, Options);
        await store.CreateTopicAsync("orders", 1);
        _files.FailSync = _ => true;

        await Assert.ThrowsAsync<LogFailedException>(async () => await store.AppendAsync("orders", 0, "lost"));

        Assert.Contains("Input/output error", Assert.Single(_messages.Of(5)), StringComparison.Ordinal);
    }
}
