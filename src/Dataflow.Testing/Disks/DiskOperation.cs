namespace Dataflow.Testing.Disks;

/// <summary>A change that a <see cref="SimulatedFileSystem"/> was asked to make.</summary>
/// <param name="Kind">The kind of change.</param>
/// <param name="Path">The full path of the file or directory; of a rename, the new one.</param>
public readonly record struct DiskOperation(DiskOperationKind Kind, string Path)
{
    /// <summary>Formats kind and path, as in "Sync /log/journal".</summary>
    public override string ToString() => $"{Kind} {Path}";
}

/// <summary>The kinds of operations that change a disk.</summary>
public enum DiskOperationKind
{
    /// <summary>A file was created.</summary>
    CreateFile,

    /// <summary>A directory was created.</summary>
    CreateDirectory,

    /// <summary>Bytes were written to a file.</summary>
    Write,

    /// <summary>A file was cut or extended.</summary>
    SetLength,

    /// <summary>A file was synced, to survive a power loss.</summary>
    Sync,

    /// <summary>A file was renamed.</summary>
    Rename,

    /// <summary>A file or an empty directory was deleted.</summary>
    Delete,

    /// <summary>The names in a directory were synced, to survive a power loss.</summary>
    SyncDirectory,
}
