using System.Buffers;

namespace Dataflow.Log.Journaling;

/// <summary>Reads the entries of one journal file in order and tells a torn end from damage.</summary>
internal sealed class JournalScan(JournalFile file) : IDisposable
{
    private const int WindowBytes = 256 << 10;
    private byte[] _entry = ArrayPool<byte>.Shared.Rent(WindowBytes);

    /// <summary>The position at which the next entry is expected.</summary>
    public long Position { get; private set; } = JournalFile.HeaderBytes;

    /// <summary>The last entry that was read.</summary>
    public JournalEntry Entry { get; private set; }

    /// <summary>The payload of the last entry, valid until the next read.</summary>
    public ReadOnlySpan<byte> Payload => _entry.AsSpan(JournalEntry.FrameBytes, Entry.PayloadBytes);

    /// <summary>Reads the next entry if an intact one is there.</summary>
    public bool TryRead()
    {
        if (!TryReadAt(Position, out var entry)) return false;
        Entry = entry;
        Position += JournalEntry.Aligned(entry.PayloadBytes);
        return true;
    }

    /// <summary>Looks for the frame of an entry beyond the place where none could be read. If it was written when the missing one was
    /// durable already, the missing one was damaged later: it is not a torn end. The rest of that entry may itself be torn.</summary>
    /// <exception cref="CorruptLogException">Such an entry exists.</exception>
    public void ThrowIfDamaged(long missingSequence)
    {
        var window = new byte[WindowBytes];
        for (var start = Position + JournalEntry.Alignment; start < file.Length; start += WindowBytes) // its own frame proves nothing
        {
            var length = file.Read(window, start);
            for (var index = 0; index + JournalEntry.FrameBytes <= length; index += JournalEntry.Alignment)
            {
                if (JournalEntry.TryRead(window.AsSpan(index), file.Generation, file.Length - start - index) is not { } found) continue;
                if (found.SyncedSequence < missingSequence) continue;
                throw CorruptLogException.Journal(
                    file.Path, Position,
                    $"entry {missingSequence} is damaged, yet entry {found.Sequence} at byte {start + index} follows it");
            }
        }
    }

    /// <summary>Returns the length of an entry at the end that was only partly written; 0: none was begun there.</summary>
    public long TornBytes()
    {
        Span<byte> frame = stackalloc byte[JournalEntry.FrameBytes];
        if (file.Read(frame, Position) < frame.Length) return 0;
        return JournalEntry.TryRead(frame, file.Generation, file.Length - Position) is { } torn
            ? JournalEntry.FrameBytes + torn.PayloadBytes : 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_entry);
        _entry = [];
    }

    private bool TryReadAt(long position, out JournalEntry entry)
    {
        entry = default;
        if (file.Read(_entry.AsSpan(0, JournalEntry.FrameBytes), position) < JournalEntry.FrameBytes) return false;
        if (JournalEntry.TryRead(_entry, file.Generation, file.Length - position) is not { } found) return false;
        var bytes = JournalEntry.FrameBytes + found.PayloadBytes;
        if (bytes > _entry.Length) Grow(bytes);
        if (file.Read(_entry.AsSpan(0, bytes), position) < bytes || !JournalEntry.IsIntact(_entry.AsSpan(0, bytes))) return false;
        entry = found;
        return true;
    }

    private void Grow(int bytes)
    {
        ArrayPool<byte>.Shared.Return(_entry);
        _entry = ArrayPool<byte>.Shared.Rent(bytes);
    }
}
