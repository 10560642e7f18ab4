using Dataflow.Testing.Disks;
using static Dataflow.Testing.Tests.Disks.SimulatedFileSystemTests;

namespace Dataflow.Testing.Tests.Disks;

/// <summary>Each rule of what a crash, a power loss and a failing disk leave, one test.</summary>
public class SimulatedCrashTests
{
    private const string Path = "/log/a";
    private readonly SimulatedFileSystem _disk = new();

    public SimulatedCrashTests()
    {
        _disk.CreateDirectory("/log");
        _disk.SyncDirectory("/");
        Write(_disk, Path, [1, 1, 1], sync: true);
        _disk.SyncDirectory("/log");
    }

    [Fact]
    public void An_unsynced_write_is_lost_or_kept_as_told()
    {
        Write(_disk, Path, [2, 2, 2, 2]);

        Assert.Equal([1, 1, 1], ContentOf(_disk.AfterPowerLoss(Unsynced.Lost), Path));
        Assert.Equal([2, 2, 2, 2], ContentOf(_disk.AfterPowerLoss(Unsynced.Kept), Path));
    }

    [Fact]
    public void A_synced_write_is_never_lost()
    {
        Write(_disk, Path, [2, 2, 2, 2], sync: true);

        Assert.All(Outcomes(), after => Assert.Equal([2, 2, 2, 2], ContentOf(after, Path)));
    }

    [Fact]
    public void A_write_to_a_synced_file_is_not_synced()
    {
        using var file = _disk.Open(Path, FileMode.Open);
        file.Sync();
        file.Write([2], 0);

        Assert.Equal([1, 1, 1], ContentOf(_disk.AfterPowerLoss(Unsynced.Lost), Path));
    }

    [Fact]
    public void A_large_write_is_torn_at_sectors_only()
    {
        Write(_disk, Path, new byte[4096], sync: true);
        using var file = _disk.Open(Path, FileMode.Open);
        file.Write(Enumerable.Repeat((byte)7, 2000).ToArray(), 100);

        var torn = Outcomes().Select(after => ContentOf(after, Path)).Where(IsTorn).ToList();

        Assert.NotEmpty(torn);
        Assert.All(torn, content => Assert.All(
            Enumerable.Range(1, 4095).Where(i => content[i] != content[i - 1]),
            edge => Assert.True(edge % 512 == 0 || edge is 100 or 2100, $"torn at {edge}")));

        static bool IsTorn(byte[] content) => content.Count(b => b == 7) is > 0 and < 2000;
    }

    [Fact]
    public void The_length_of_a_torn_write_may_be_there_without_its_bytes()
    {
        Write(_disk, Path, [2, 2, 2, 2, 2]);

        Assert.Contains(Outcomes(), after => ContentOf(after, Path) is [1, 1, 1, 0, 0]);
    }

    [Fact]
    public void A_later_write_may_be_there_without_an_earlier_one()
    {
        Write(_disk, "/log/b", [1], sync: true);
        _disk.SyncDirectory("/log");
        Write(_disk, Path, [2]);
        Write(_disk, "/log/b", [2]);

        var outcomes = Outcomes().Select(after => $"{ContentOf(after, Path)[0]}, {ContentOf(after, "/log/b")[0]}");

        Assert.Equal(["1, 1", "1, 2", "2, 1", "2, 2"], outcomes.Distinct().Order());
    }

    [Fact]
    public void A_cut_that_was_not_synced_may_not_have_happened()
    {
        using var file = _disk.Open(Path, FileMode.Open);
        file.SetLength(1);

        Assert.Equal([1, 3], Outcomes().Select(after => ContentOf(after, Path).Length).Distinct().Order());
    }

    [Fact]
    public void A_synced_file_is_gone_when_its_directory_was_not_synced()
    {
        Write(_disk, "/log/b", [1], sync: true);

        Assert.False(_disk.AfterPowerLoss(Unsynced.Lost).Exists("/log/b"));
        Assert.Equal([1], ContentOf(_disk.AfterPowerLoss(Unsynced.Kept), "/log/b"));
    }

    [Fact]
    public void A_file_whose_directory_was_synced_is_empty_when_it_was_not_synced()
    {
        Write(_disk, "/log/b", [1]);
        _disk.SyncDirectory("/log");

        Assert.Empty(ContentOf(_disk.AfterPowerLoss(Unsynced.Lost), "/log/b"));
    }

    [Fact]
    public void A_directory_is_gone_with_all_in_it_when_its_parent_was_not_synced()
    {
        _disk.CreateDirectory("/log/topics");
        Write(_disk, "/log/topics/b", [1], sync: true);
        _disk.SyncDirectory("/log/topics");

        Assert.Equal(["a"], _disk.AfterPowerLoss(Unsynced.Lost).List("/log"));
    }

    [Fact]
    public void A_rename_has_happened_or_not_but_never_half()
    {
        Write(_disk, "/log/b", [2], sync: true);
        _disk.SyncDirectory("/log");
        _disk.Rename("/log/b", Path);

        var outcomes = Outcomes()
            .Select(after => $"{string.Join(", ", after.List("/log"))}: {ContentOf(after, Path)[0]}");

        Assert.Equal(["a, b: 1", "a: 2"], outcomes.Distinct().Order());
    }

    [Fact]
    public void A_file_renamed_twice_has_one_name()
    {
        _disk.Rename(Path, "/log/b");
        _disk.Rename("/log/b", "/log/c");

        Assert.Equal(["a", "b", "c"], Outcomes().Select(after => Assert.Single(after.List("/log"))).Distinct().Order());
    }

    [Fact]
    public void A_deleted_file_may_come_back_until_its_directory_is_synced()
    {
        _disk.Delete(Path);
        Assert.Equal([false, true], Outcomes().Select(after => after.Exists(Path)).Distinct().Order());

        _disk.SyncDirectory("/log");
        Assert.All(Outcomes(), after => Assert.False(after.Exists(Path)));
    }

    [Fact]
    public void A_crash_of_the_process_keeps_what_was_written_but_does_not_sync_it()
    {
        Write(_disk, Path, [2, 2, 2]);
        Write(_disk, "/log/b", [2]);
        _disk.Rename("/log/b", "/log/c");

        var next = _disk.AfterProcessCrash();
        Assert.Equal([2, 2, 2], ContentOf(next, Path));
        Assert.Equal([2], ContentOf(next, "/log/c"));

        var later = next.AfterPowerLoss(Unsynced.Lost);
        Assert.Equal([1, 1, 1], ContentOf(later, Path));
        Assert.Equal(["a"], later.List("/log"));
    }

    [Fact]
    public void What_a_power_loss_leaves_is_on_disk()
    {
        Write(_disk, Path, [2, 2, 2]);

        var kept = _disk.AfterPowerLoss(Unsynced.Kept);

        Assert.Equal([2, 2, 2], ContentOf(kept.AfterPowerLoss(Unsynced.Lost), Path));
    }

    [Fact]
    public void Outcomes_do_not_share_what_is_written_later()
    {
        var (one, other) = (_disk.AfterProcessCrash(), _disk.AfterPowerLoss(Unsynced.Kept));
        Write(one, Path, [3], sync: true);
        Write(other, Path, [4], sync: true);

        Assert.Equal([1, 3, 4], new[] { _disk, one, other }.Select(disk => ContentOf(disk, Path)[0]));
    }

    [Fact]
    public void The_same_seed_gives_the_same_outcome()
    {
        for (var i = 0; i < 9; i++) Write(_disk, $"/log/{i}", new byte[3000 * i]);

        Assert.All(Enumerable.Range(0, 20), seed => Assert.Equal(Outcome(seed), Outcome(seed)));

        string Outcome(int seed)
        {
            var after = _disk.AfterPowerLoss(new Random(seed));
            var files = after.List("/log").Select(name => $"{name}: {ContentOf(after, $"/log/{name}").Length}");
            return string.Join(", ", files);
        }
    }

    [Fact]
    public void Nothing_works_after_a_crash()
    {
        using var file = _disk.Open(Path, FileMode.Open);
        _disk.CrashAt(_disk.Operations.Count);

        Assert.Contains("Write /log/a", Assert.Throws<SimulatedCrashException>(() => file.Write([2], 0)).Message);
        Assert.True(_disk.HasCrashed);
        Assert.Throws<SimulatedCrashException>(() => file.Read(new byte[1], 0));
        Assert.Throws<SimulatedCrashException>(() => _disk.List("/log"));
        Assert.Throws<SimulatedCrashException>(() => _disk.Exists(Path));
    }

    [Theory, InlineData(false, new byte[] { 1, 1, 1 }), InlineData(true, new byte[] { 2, 2, 1 })]
    public void A_write_that_crashes_leaves_nothing_or_its_first_half(bool halfway, byte[] expected)
    {
        using var file = _disk.Open(Path, FileMode.Open);
        _disk.CrashAt(_disk.Operations.Count, halfway);

        Assert.Throws<SimulatedCrashException>(() => file.Write([2, 2, 2, 2], 0));
        Assert.Equal(expected, ContentOf(_disk.AfterProcessCrash(), Path));
    }

    [Fact]
    public void A_failure_happens_once_and_leaves_half_of_a_write()
    {
        using var file = _disk.Open(Path, FileMode.Open);
        var error = new IOException("broken");
        _disk.FailAt(_disk.Operations.Count, error);

        Assert.Same(error, Assert.Throws<IOException>(() => file.Write([2, 2], 0)));
        Assert.Equal([2, 1, 1], ContentOf(_disk, Path));
        file.Write([3, 3], 0);
        Assert.Equal([3, 3, 1], ContentOf(_disk, Path));
    }

    [Fact]
    public void A_sync_after_a_failed_sync_does_not_save_what_the_first_one_should_have()
    {
        using var file = _disk.Open(Path, FileMode.Open);
        file.Write([2], 0);
        _disk.FailSyncs = true;
        Assert.Throws<IOException>(file.Sync);
        Assert.Throws<IOException>(() => _disk.SyncDirectory("/log"));
        _disk.FailSyncs = false;
        Assert.Equal([2, 1, 1], ContentOf(_disk.AfterPowerLoss(Unsynced.Kept), Path));

        file.Write([3], 2);
        file.Sync();
        Assert.Equal([1, 1, 3], ContentOf(_disk.AfterPowerLoss(Unsynced.Lost), Path));
    }

    [Fact]
    public void A_full_disk_takes_what_fits_and_goes_on_when_there_is_room_again()
    {
        using var file = _disk.Open(Path, FileMode.Open);
        _disk.CapacityBytes = _disk.UsedBytes + 2;

        Assert.Equal(28, Assert.Throws<IOException>(() => file.Write([2, 2, 2, 2], 3)).HResult);
        Assert.Equal([1, 1, 1, 2, 2], ContentOf(_disk, Path));
        Assert.Throws<IOException>(() => file.SetLength(6));
        file.Write([3], 0);
        file.SetLength(1);
        file.Write([4, 4, 4, 4], 1);
        Assert.Equal([3, 4, 4, 4, 4], ContentOf(_disk, Path));
    }

    private IEnumerable<SimulatedFileSystem> Outcomes()
        => Enumerable.Range(0, 200).Select(seed => _disk.AfterPowerLoss(new Random(seed)));
}
