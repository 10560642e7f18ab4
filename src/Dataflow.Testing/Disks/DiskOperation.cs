namespace Dataflow.Testing.Disks;

/// <summary>Something that a <see cref="SimulatedFileSystem"/> was asked to change.</summary>
/// <param name="Kind">What was asked.</param>
/// <param name="Path">The full path of the file or directory; of a rename, the new one.</param>
public readonly record struct DiskOperation(DiskOperationKind Kind, string Path)
{
    /// <summary>Its kind and path, as in "Sync /log/journal".</summary>
    public override string ToString() => $"{Kind} {Path}";
}

/// <summary>The operations that change something on a disk.</summary>
public enum DiskOperationKind
{
    /// <summary>A file came to be.</summary>
    CreateFile,

    /// <summary>A directory came to be.</summary>
    CreateDirectory,

    /// <summary>Bytes were written to a file.</summary>
    Write,

    /// <summary>A file was cut or extended.</summary>
    SetLength,

    /// <summary>A file was made to survive a power loss.</summary>
    Sync,

    /// <summary>A file was renamed.</summary>
    Rename,

    /// <summary>A file was deleted.</summary>
    Delete,

    /// <summary>The names in a directory were made to survive a power loss.</summary>
    SyncDirectory,
}
