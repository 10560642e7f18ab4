using System.Globalization;
using System.Text;

namespace Dataflow.Log;

/// <summary>Locks a log's directory against other processes and other stores in this one.</summary>
internal static class DirectoryLock
{
    private const int NoteBytes = 512; // always the same length, so that a full disk has room for the next note

    /// <summary>Takes the lock and writes a note that names its holder.</summary>
    /// <exception cref="LogLockedException">Another process or store holds it.</exception>
    public static IDisposable Take(IFileSystem files, string directory, TimeProvider time)
    {
        IDisposable taken;
        try
        {
            taken = files.Lock(LogLayout.Lock(directory));
        }
        catch (FileLockedException error)
        {
            throw LogLockedException.Of(directory, ReadHolder(files, directory), error);
        }
        try
        {
            WriteHolder(files, directory, time.GetUtcNow());
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private static void WriteHolder(IFileSystem files, string directory, DateTimeOffset now)
    {
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"process {Environment.ProcessId} on {Environment.MachineName} since {now:yyyy-MM-dd HH:mm:ss} UTC");
        using var file = files.Open(LogLayout.LockHolder(directory), FileMode.OpenOrCreate);
        file.Write(Encoding.UTF8.GetBytes(note.PadRight(NoteBytes)), 0);
    }

    private static string? ReadHolder(IFileSystem files, string directory)
    {
        try
        {
            using var file = files.Open(LogLayout.LockHolder(directory), FileMode.Open);
            var note = new byte[NoteBytes];
            var text = Encoding.UTF8.GetString(note, 0, file.Read(note, 0)).TrimEnd();
            return text.Length == 0 ? null : text;
        }
        catch (Exception error) when (DiskErrors.IsRefusal(error))
        {
            return null; // the note is optional; the lock is not
        }
    }
}
