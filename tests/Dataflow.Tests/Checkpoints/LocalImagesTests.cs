using CsCheck;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.State;
using Dataflow.Testing;
using Dataflow.Testing.Disks;
using static Dataflow.Tests.Checkpoints.ShardChanges;

namespace Dataflow.Tests.Checkpoints;

/// <summary>Images of shards on the disk of a process: one that is used gives what the log gives, whatever has become of it.</summary>
public sealed class LocalImagesTests : IDisposable
{
    private const string Directory = "/state";
    private const string File = "/state/test.state/shard-05.image";

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly CheckpointTopics _topics;
    private readonly News _news = new();
    private readonly SimulatedClock _clock = new();
    private SimulatedFileSystem _disk = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public LocalImagesTests() => _topics = Open(_log);

    public void Dispose() => _log.Dispose();

    [Fact]
    public void What_the_disk_and_the_log_give_together_is_what_the_log_gives_alone()
        => Gen.Select(Gen.Int[-2, 9], Gen.Int[0, 12], Gen.Int[0, 3]).Array[1, 60].Sample(
            static operations =>
            {
                using var log = SimulatedJob.OpenLog();
                var (topics, disk, news) = (Open(log), new SimulatedFileSystem(), new News());
                using var images = OpenImages(disk, log, topics, news);
                var snapshots = new Snapshots(log, topics, minBytes: 1, images);
                foreach (var (what, key, value) in operations)
                {
                    if (what <= 0) Save(images, topics);
                    else if (what == 1) topics.ForgetAsync(DateTimeOffset.UnixEpoch, default).GetAwaiter().GetResult();
                    else if (what == 2) Snapshot(snapshots);
                    else Change(log, topics, what, key, value);
                }

                using var whole = Read(log, topics);
                using var image = images.Read(ChangedShard, topics.RestorePointOf(ChangedShard));
                Assert.Equal(Entries(whole), Entries(image));
                Assert.DoesNotContain(news.Told, static told => told.Contains("damaged", StringComparison.Ordinal));
            },
            iter: 300);

    [Fact]
    public void An_image_keeps_the_order_of_its_entries_and_what_counts_for_the_next_snapshot()
    {
        Write("first", "second", "third");
        using var whole = Read(_log, _topics);
        using (var images = OpenImages()) Save(images, _topics);

        using var again = OpenImages();
        using var image = again.Load(ChangedShard, _topics.RestorePointOf(ChangedShard))!;
        Assert.Equal(InOrder(whole), InOrder(image));
        Assert.Equal((whole.Position, whole.From, whole.ChangedBytes), (image.Position, image.From, image.ChangedBytes));
        Assert.Equal(0, image.LogRecords);
    }

    [Fact]
    public void Damage_at_any_byte_is_noticed_and_the_image_removed()
    {
        Write("one", new string('x', 100), "three");
        using var images = OpenImages();
        Save(images, _topics);
        var whole = Bytes();
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x10;
            AssertIgnored(images, damaged, at is >= 4 and < 8 ? "of another version of Dataflow" : "damaged: ");
        }
    }

    [Fact]
    public void An_image_that_was_cut_or_goes_on_too_far_is_noticed_and_removed()
    {
        Write("one", new string('x', 100), "three");
        using var images = OpenImages();
        Save(images, _topics);
        var whole = Bytes();
        for (var length = 0; length < whole.Length; length++) AssertIgnored(images, whole[..length], "damaged: its end is missing");
        AssertIgnored(images, [.. whole, 0], "something behind its last record");
    }

    [Fact]
    public void An_image_of_another_topic_pipeline_or_shard_is_ignored()
    {
        Write("one");
        using (var images = OpenImages()) Save(images, _topics);
        var whole = Bytes();

        using (var images = OpenImages("another"))
            AssertIgnored(images, whole, "it is of another topic, or of one of the same name that was deleted");

        using (var images = OpenImages())
        {
            Put(whole, File.Replace("05", "06", StringComparison.Ordinal));
            Assert.Null(images.Load(6, _topics.RestorePointOf(6)));
        }

        var topics = Open(_log, "other");
        using var ofOther = OpenImages(_disk, _log, topics, _news);
        Put(whole, File.Replace("test", "other", StringComparison.Ordinal));
        Assert.Null(ofOther.Load(ChangedShard, topics.RestorePointOf(ChangedShard)));
    }

    [Fact]
    public void An_image_that_a_snapshot_has_passed_is_ignored_and_one_that_the_snapshot_itself_has_left_is_used()
    {
        Write("one");
        using var images = OpenImages();
        Save(images, _topics);
        Write("two");
        Snapshot(new Snapshots(_log, _topics, minBytes: 1));

        Assert.Null(images.Load(ChangedShard, _topics.RestorePointOf(ChangedShard)));
        Assert.Equal($"1: {File}: it is so old that the changes after it are gone", Assert.Single(_news.Told));

        Write("three");
        Snapshot(new Snapshots(_log, _topics, minBytes: 1, images));
        Write("four");
        using var image = images.Load(ChangedShard, _topics.RestorePointOf(ChangedShard))!;
        image.Complete(_log, _topics, ChangedShard, _topics.RestorePointOf(ChangedShard));
        Assert.Equal(["0/0: four"], Entries(image));
        Assert.Equal(1, image.LogRecords);
    }

    [Fact]
    public void An_image_that_is_ahead_of_the_log_is_ignored()
    {
        Write("one");
        using var images = OpenImages();
        Save(images, _topics);

        Assert.Null(images.Load(ChangedShard, _topics.RestorePointOf(ChangedShard) with { ChangelogEnd = 0 }));
        Assert.Equal($"1: {File}: it has changes that the log has not", Assert.Single(_news.Told));
    }

    [Fact]
    public void What_is_of_no_use_any_more_is_removed_also_of_shards_that_others_have_and_told_at_once()
    {
        Write("one");
        using var images = OpenImages();
        Save(images, _topics);
        Put(Bytes(), File.Replace("05", "06", StringComparison.Ordinal));
        Put(Bytes(), File.Replace("05", "07", StringComparison.Ordinal));
        Put([1, 2, 3], "/state/test.state/notes.txt");

        images.RemoveUseless(_topics.RestorePoints());

        Assert.Equal(["lock", "notes.txt", "shard-05.image"], _disk.List("/state/test.state").Order(StringComparer.Ordinal));
        Assert.StartsWith(
            "2: /state/test.state/shard-06.image: it is of another topic", Assert.Single(_news.Told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Wherever_a_crash_or_a_loss_of_power_falls_an_image_is_the_old_one_the_new_one_or_none(bool isProcessOnly)
    {
        Write("old");
        using (var images = OpenImages()) Save(images, _topics);
        Write("new", "more");
        var (before, first) = (_disk, _disk.Operations.Count);
        for (var operation = first; ; operation++)
        {
            _disk = before.AfterProcessCrash();
            _disk.CrashAt(operation - first, halfway: operation % 2 == 0);
            try
            {
                using var images = OpenImages();
                Save(images, _topics);
            }
            catch (SimulatedCrashException)
            {
            }

            var hasCrashed = _disk.HasCrashed;
            _disk = isProcessOnly ? _disk.AfterProcessCrash() : _disk.AfterPowerLoss(new Random(operation));
            using var again = OpenImages();
            using var image = again.Load(ChangedShard, _topics.RestorePointOf(ChangedShard));
            Assert.Contains(
                image is null ? "" : string.Join(", ", Entries(image)), (string[])["", "0/0: old", "0/0: new, 1/1: more"]);
            Assert.DoesNotContain(_disk.List("/state/test.state"), static name => name.EndsWith(".tmp", StringComparison.Ordinal));
            if (!hasCrashed) break;
        }
    }

    [Fact]
    public void An_image_that_cannot_be_written_leaves_the_old_one_is_told_once_and_tried_again_a_minute_later()
    {
        Write("old");
        using var images = OpenImages();
        Save(images, _topics);
        var used = _disk.UsedBytes;
        for (var round = 0; round < 3; round++)
        {
            _disk.CapacityBytes = used + 20;
            Write(new string('y', 1000));
            images.Add(ChangedShard, 1000);
            images.SaveDue(Stop);
            Assert.Equal(used, _disk.UsedBytes);
        }

        Assert.StartsWith($"{File}: ", Assert.Single(_news.Told), StringComparison.Ordinal);
        Assert.False(images.AreDue());
        using (var old = images.Load(ChangedShard, _topics.RestorePointOf(ChangedShard))!) Assert.Equal(["0/0: old"], Entries(old));

        _disk.CapacityBytes = long.MaxValue;
        _clock.Advance(TimeSpan.FromMinutes(1));
        images.SaveDue(Stop);
        using var image = images.Load(ChangedShard, _topics.RestorePointOf(ChangedShard))!;
        Assert.Equal([$"0/0: {new string('y', 1000)}"], Entries(image));
    }

    [Fact]
    public void Images_are_due_when_half_of_them_has_changed_and_at_a_stop_when_anything_has()
    {
        Write(new string('x', 4000));
        using var images = OpenImages();
        images.Add(ChangedShard, 50);
        Assert.False(images.AreDue());
        images.SaveAll(ShardSet.All.Except(ShardSet.Of(ChangedShard)), Stop);
        images.SaveAll(ShardSet.All, new CancellationToken(canceled: true));
        Assert.False(_disk.Exists(File));
        images.SaveAll(ShardSet.All, Stop);
        Assert.True(_disk.Exists(File));

        images.Add(ChangedShard, 1900);
        Assert.False(images.AreDue());
        images.Add(ChangedShard, 2000);
        Assert.True(images.AreDue());
    }

    [Fact]
    public void A_directory_is_of_one_process_at_a_time()
    {
        using var folder = new TemporaryFolder();
        using (ImageDirectory.Open(PhysicalFileSystem.Instance, folder["state"], "test"))
        {
            var error = Assert.Throws<CheckpointException>(() => ImageDirectory.Open(PhysicalFileSystem.Instance, folder["state"], "test"));
            Assert.True(error.IsTransient);
            Assert.Equal(
                $"Pipeline 'test': another process, or another job of this one, uses the state directory "
                    + $"'{Path.Combine(folder["state"], "test.state")}'. Give each process a directory of its own "
                    + "(JobOptions.StateDirectory), or wait for the end of the other one.",
                error.Message);
            using var ofOther = ImageDirectory.Open(PhysicalFileSystem.Instance, folder["state"], "other");
        }

        using var again = ImageDirectory.Open(PhysicalFileSystem.Instance, folder["state"], "test");
    }

    [Fact]
    public void A_directory_that_cannot_be_used_is_named()
    {
        _disk.FailAt(0, new IOException("Read-only file system."));
        var error = Assert.Throws<CheckpointException>(() => ImageDirectory.Open(_disk, Directory, "test"));
        Assert.Equal(
            "Pipeline 'test': the state directory '/state/test.state' cannot be used: Read-only file system. Remove the cause, or choose "
                + "another one (JobOptions.StateDirectory). Nothing is only there: the log has all state.",
            error.Message);
    }

    private static LocalImages OpenImages(
        SimulatedFileSystem disk, LogStore log, CheckpointTopics topics, News news, string identity = "one", TimeProvider? time = null)
    {
        var images = new LocalImages(
            ImageDirectory.Open(disk, Directory, topics.Pipeline), news, time ?? TimeProvider.System, minBytes: 100);
        images.Use(log, topics, identity, ShardSet.All);
        return images;
    }

    private static void Save(LocalImages images, CheckpointTopics topics)
    {
        using var image = images.ReadToSave(ChangedShard, topics.RestorePointOf);
        using var records = image.ToRecords();
        images.Save(ChangedShard, image, records);
    }

    private static List<string> InOrder(ShardImage image)
    {
        var entries = new List<string>();
        image.ForEach((_, _, key, _) => entries.Add(Convert.ToHexString(key.Span)));
        return entries;
    }

    private LocalImages OpenImages(string identity = "one") => OpenImages(_disk, _log, _topics, _news, identity, _clock);

    /// <summary>Commits values, each under a key of its own.</summary>
    private void Write(params string[] values)
    {
        using var changes = new ChangeRecords();
        for (var key = 0; key < values.Length; key++) ShardChanges.Put(changes, key, values[key]);
        Commit(_log, _topics, changes.Take());
    }

    private void AssertIgnored(LocalImages images, byte[] bytes, string why)
    {
        _news.Told.Clear();
        Put(bytes, File);
        Assert.Null(images.Load(ChangedShard, _topics.RestorePointOf(ChangedShard)));
        Assert.Contains(why, Assert.Single(_news.Told), StringComparison.Ordinal);
        Assert.False(_disk.Exists(File));
    }

    private byte[] Bytes()
    {
        using var file = _disk.Open(File, FileMode.Open);
        var bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return bytes;
    }

    private void Put(byte[] bytes, string path)
    {
        _disk.Delete(path);
        using var file = _disk.Open(path, FileMode.CreateNew);
        file.Write(bytes, 0);
    }

    private sealed class News : IImageNews
    {
        public List<string> Told { get; } = [];

        public void Ignored(IReadOnlyList<string> paths, string why) => Told.Add($"{paths.Count}: {paths[0]}: {why}");

        public void NotWritten(string path, Exception error) => Told.Add($"{path}: {error.Message}");
    }
}
