using Dataflow.Log;

namespace Dataflow.Testing.Disks;

/// <summary>A disk in memory that on demand crashes, tears writes, loses unsynced changes, fails and fills up.</summary>
/// <remarks>
/// The model of the disk is deliberately the worst that a real disk may do:
/// <list type="bullet">
/// <item>Written bytes are visible at once and survive the process. Only <see cref="IFile.Sync"/> makes them survive a power
/// loss.</item>
/// <item>After a power loss each unsynced write is there, missing, or there in part, cut between sectors of 512 bytes. Writes are
/// independent: a later one may be there without an earlier one, in the same file or in another.</item>
/// <item>The name of a file is independent of its bytes: a synced file whose directory was never synced may be gone, and a
/// renamed file may have the new name without its bytes. A rename has happened or not, never half.</item>
/// <item>After a failed sync it is unknown which bytes of the file are on disk, and a later sync that succeeds does not change
/// that.</item>
/// <item>A crash of the process syncs nothing: a power loss soon after still loses unsynced changes.</item>
/// </list>
/// Operations that change the disk are numbered from 0. The same operations and the same seed give the same outcome.
/// Safe to use from any number of threads, but only one thread gives the same numbers each time.
/// </remarks>
public sealed class SimulatedFileSystem : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly SimulatedDirectory _root;
    private readonly FaultPlan _faults = new();
    private readonly HashSet<string> _locks = [];

    /// <summary>Creates an empty disk.</summary>
    public SimulatedFileSystem()
        : this(new SimulatedDirectory())
    {
    }

    private SimulatedFileSystem(SimulatedDirectory root) => _root = root;

    /// <summary>The changes so far, including failed ones; an operation's number is its index here.</summary>
    public IReadOnlyList<DiskOperation> Operations
    {
        get { lock (_gate) return [.. _faults.Operations]; }
    }

    /// <summary>Whether it has crashed; then every call throws <see cref="SimulatedCrashException"/>.</summary>
    public bool HasCrashed => _faults.HasCrashed;

    /// <summary>Whether every sync, of files and of directories, fails.</summary>
    public bool FailSyncs
    {
        get => _faults.FailSyncs;
        set => _faults.FailSyncs = value;
    }

    /// <summary>The largest number of bytes of all files together. Unlimited unless set.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>The number of bytes of all files together.</summary>
    public long UsedBytes
    {
        get { lock (_gate) return LengthOf(_root); }
    }

    /// <summary>Crashes the process at an operation.</summary>
    /// <param name="operation">The operation's number; see <see cref="Operations"/>.</param>
    /// <param name="halfway">Whether a write leaves its first half. Anything else leaves nothing.</param>
    public void CrashAt(int operation, bool halfway = false) => _faults.CrashAt(operation, halfway);

    /// <summary>Makes one operation fail. A write then leaves its first half, anything else nothing.</summary>
    /// <param name="operation">The operation's number; see <see cref="Operations"/>.</param>
    /// <param name="error">The error to throw.</param>
    public void FailAt(int operation, IOException error) => _faults.FailAt(operation, error);

    /// <summary>Returns the disk that the next process finds when this one ends now: everything written, synced or not.</summary>
    public SimulatedFileSystem AfterProcessCrash()
    {
        lock (_gate) return new((SimulatedDirectory)_root.Copy());
    }

    /// <summary>Returns the disk that the next process finds after a power loss now, at an extreme.</summary>
    public SimulatedFileSystem AfterPowerLoss(Unsynced unsynced) => After(new PowerLoss(unsynced));

    /// <summary>Returns the disk that the next process finds after a power loss now, with random unsynced changes.</summary>
    public SimulatedFileSystem AfterPowerLoss(Random random) => After(new PowerLoss(random));

    /// <inheritdoc/>
    public IFile Open(string path, FileMode mode)
    {
        lock (_gate)
        {
            var (directory, name) = Find(path);
            var exists = directory.Names.TryGetValue(name, out var node);
            if (exists && mode == FileMode.CreateNew) throw new IOException($"The file '{path}' exists already.");
            if (!exists)
            {
                if (mode == FileMode.Open) throw new FileNotFoundException(null, path);
                _faults.Begin(DiskOperationKind.CreateFile, path);
                directory.Change(new NameChange(node = new SimulatedFile(), name));
            }
            return node is SimulatedFile file
                ? new OpenFile(path, file, _gate, _faults, BytesWithoutRoom)
                : throw new UnauthorizedAccessException($"'{path}' is a directory.");
        }
    }

    /// <inheritdoc/>
    public bool Exists(string path)
    {
        lock (_gate)
        {
            return TryFindDirectory(Path.GetDirectoryName(path)!) is { } directory
                && directory.Names.GetValueOrDefault(Path.GetFileName(path)) is SimulatedFile;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        lock (_gate) return [.. FindDirectory(directory).Names.Keys];
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        lock (_gate)
        {
            if (TryFindDirectory(path) is not null) return;
            path = Path.TrimEndingDirectorySeparator(path);
            CreateDirectory(Path.GetDirectoryName(path)!);
            var (parent, name) = Find(path);
            _faults.Begin(DiskOperationKind.CreateDirectory, path);
            parent.Change(new NameChange(new SimulatedDirectory(), name));
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        lock (_gate)
        {
            var (directory, name) = Find(path);
            if (!directory.Names.TryGetValue(name, out var node)) return;
            _faults.Begin(DiskOperationKind.Delete, path);
            directory.Change(new NameChange(node, Name: null));
        }
    }

    /// <inheritdoc/>
    public bool DeleteDirectory(string path)
    {
        lock (_gate)
        {
            if (TryFindDirectory(path) is not { } found) return true;
            if (found.Names.Count > 0) return false;
            var (parent, _) = Find(path);
            _faults.Begin(DiskOperationKind.Delete, path);
            parent.Change(new NameChange(found, Name: null));
            return true;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The names are in two directories, which is not supported.</exception>
    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            var (directory, name) = Find(from);
            var (target, newName) = Find(to);
            if (directory != target) throw new NotSupportedException($"'{from}' and '{to}': two directories.");
            if (!directory.Names.TryGetValue(name, out var node)) throw new FileNotFoundException(null, from);
            _faults.Begin(DiskOperationKind.Rename, to);
            directory.Change(new NameChange(node, newName));
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        lock (_gate)
        {
            var directory = FindDirectory(path);
            _faults.Begin(DiskOperationKind.SyncDirectory, path);
            directory.Sync();
        }
    }

    /// <inheritdoc/>
    /// <remarks>Excludes other users of this instance. Creates the file, as a real disk does.</remarks>
    public IDisposable Lock(string path)
    {
        lock (_gate)
        {
            Open(path, FileMode.OpenOrCreate).Dispose();
            if (!_locks.Add(path)) throw new FileLockedException($"The file '{path}' is locked.");
            return new Unlocking(this, path);
        }
    }

    private SimulatedFileSystem After(PowerLoss loss)
    {
        lock (_gate) return new((SimulatedDirectory)_root.After(loss));
    }

    /// <summary>Returns how many of the bytes by which a file is to grow do not fit.</summary>
    private long BytesWithoutRoom(long growth)
    {
        var isBounded = CapacityBytes != long.MaxValue && growth > 0;
        return isBounded ? Math.Clamp(LengthOf(_root) + growth - CapacityBytes, 0, growth) : 0;
    }

    private static long LengthOf(SimulatedNode node)
        => node is SimulatedDirectory directory
            ? directory.Names.Values.Sum(LengthOf)
            : ((SimulatedFile)node).Content.Length;

    private (SimulatedDirectory Directory, string Name) Find(string path)
    {
        var directory = Path.GetDirectoryName(path) ?? throw new IOException($"'{path}' is the root.");
        return (FindDirectory(directory), Path.GetFileName(path));
    }

    private SimulatedDirectory FindDirectory(string path)
        => TryFindDirectory(path) ?? throw new DirectoryNotFoundException($"There is no directory '{path}'.");

    private SimulatedDirectory? TryFindDirectory(string path)
    {
        _faults.ThrowIfCrashed();
        if (!Path.IsPathFullyQualified(path))
            throw new ArgumentException($"'{path}' is not a full path.", nameof(path));
        SimulatedDirectory? directory = _root;
        var names = path[Path.GetPathRoot(path)!.Length..];
        foreach (var name in names.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
            directory = directory?.Names.GetValueOrDefault(name) as SimulatedDirectory;
        return directory;
    }

    private sealed class Unlocking(SimulatedFileSystem disk, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (disk._gate) disk._locks.Remove(path);
        }
    }
}
