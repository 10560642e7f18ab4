using CsCheck;
using Dataflow.Log;
using Dataflow.Testing.Disks;

namespace Dataflow.Testing.Tests.Disks;

public class SimulatedFileSystemTests
{
    private const string File = "/log/a";
    private readonly SimulatedFileSystem _disk = new();

    public SimulatedFileSystemTests()
    {
        _disk.CreateDirectory("/log");
        _disk.SyncDirectory("/");
    }

    [Fact]
    public void Reads_what_was_written_also_over_gaps_and_pages()
        => Gen.Select(Gen.Int[0, 20_000], Gen.Byte.Array[0, 9_000]).Array[1, 10].Sample(writes =>
        {
            var disk = new SimulatedFileSystem();
            using var file = disk.Open("/a", FileMode.CreateNew);
            var expected = Array.Empty<byte>();
            foreach (var (position, bytes) in writes)
            {
                file.Write(bytes, position);
                if (bytes.Length > 0) Array.Resize(ref expected, Math.Max(expected.Length, position + bytes.Length));
                bytes.CopyTo(expected, bytes.Length > 0 ? position : 0);
            }
            return ContentOf(disk, "/a").AsSpan().SequenceEqual(expected);
        });

    [Fact]
    public void Reads_zeros_where_a_file_was_cut_and_extended()
    {
        using var file = _disk.Open(File, FileMode.CreateNew);
        file.Write([1, 2, 3], 0);
        file.SetLength(1);
        file.SetLength(3);

        Assert.Equal([1, 0, 0], ContentOf(_disk, File));
    }

    [Fact]
    public void Reads_only_up_to_the_end_of_a_file()
    {
        using var file = _disk.Open(File, FileMode.CreateNew);
        file.Write([1, 2, 3], 0);

        Assert.Equal((1, 0), (file.Read(new byte[8], 2), file.Read(new byte[8], 9)));
    }

    [Fact]
    public void Opens_as_the_mode_says()
    {
        Assert.Throws<FileNotFoundException>(() => _disk.Open(File, FileMode.Open));
        _disk.Open(File, FileMode.OpenOrCreate).Dispose();
        _disk.Open(File, FileMode.Open).Dispose();
        Assert.Throws<IOException>(() => _disk.Open(File, FileMode.CreateNew));
        Assert.Throws<DirectoryNotFoundException>(() => _disk.Open("/nowhere/a", FileMode.CreateNew));
    }

    [Fact]
    public void Refuses_a_file_that_was_closed()
    {
        var file = _disk.Open(File, FileMode.CreateNew);
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Write([1], 0));
        Assert.Throws<ObjectDisposedException>(file.Sync);
    }

    [Fact]
    public void Lists_the_files_and_directories_directly_below()
    {
        _disk.CreateDirectory("/log/topics/one");
        Write(_disk, File, [1]);

        Assert.Equal(["a", "topics"], _disk.List("/log"));
        Assert.True(_disk.Exists(File));
        Assert.False(_disk.Exists("/log/topics"));
    }

    [Fact]
    public void A_renamed_file_replaces_what_had_the_name_and_an_open_one_goes_on()
    {
        Write(_disk, "/log/b", [9]);
        using var file = _disk.Open(File, FileMode.CreateNew);
        _disk.Rename(File, "/log/b");
        file.Write([1], 0);

        Assert.Equal(["b"], _disk.List("/log"));
        Assert.Equal([1], ContentOf(_disk, "/log/b"));
    }

    [Fact]
    public void Numbers_every_operation_that_changes_something()
    {
        var before = _disk.Operations.Count;
        using (var file = _disk.Open(File, FileMode.CreateNew))
        {
            file.Write([1], 0);
            file.SetLength(5);
            file.Read(new byte[1], 0);
            file.Sync();
        }
        _disk.CreateDirectory("/log/topics");
        _disk.Rename(File, "/log/b");
        _disk.SyncDirectory("/log");
        _disk.Delete("/log/b");
        _disk.Delete("/log/b");
        _disk.CreateDirectory("/log/topics");

        Assert.Equal(
            [
                DiskOperationKind.CreateFile, DiskOperationKind.Write, DiskOperationKind.SetLength, DiskOperationKind.Sync,
                DiskOperationKind.CreateDirectory, DiskOperationKind.Rename, DiskOperationKind.SyncDirectory,
                DiskOperationKind.Delete,
            ],
            _disk.Operations.Skip(before).Select(operation => operation.Kind));
    }

    [Fact]
    public void A_lock_has_one_holder_and_ends_with_the_process()
    {
        var held = _disk.Lock("/log/lock");
        Assert.Throws<FileLockedException>(() => _disk.Lock("/log/lock"));
        held.Dispose();
        _disk.Lock("/log/lock");

        using var next = _disk.AfterProcessCrash().Lock("/log/lock");
    }

    [Fact]
    public void Refuses_a_path_that_is_not_full()
        => Assert.Throws<ArgumentException>(() => _disk.Open("log/a", FileMode.Open));

    internal static void Write(SimulatedFileSystem disk, string path, byte[] bytes, bool sync = false)
    {
        using var file = disk.Open(path, FileMode.OpenOrCreate);
        file.Write(bytes, 0);
        if (sync) file.Sync();
    }

    internal static byte[] ContentOf(SimulatedFileSystem disk, string path)
    {
        using var file = disk.Open(path, FileMode.Open);
        var bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return bytes;
    }
}
