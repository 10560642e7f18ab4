using System.Globalization;
using System.Text;

namespace Dataflow.Log;

/// <summary>Keeps a second process, or a second store in this one, out of a log's directory.</summary>
internal static class DirectoryLock
{
    private const int NoteBytes = 512; // always the same length, so that a full disk has room for the next note

    /// <summary>Takes the lock and leaves a note on who holds it.</summary>
    /// <exception cref="LogLockedException">Somebody else holds it.</exception>
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
        var note = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} since {now:yyyy-MM-dd HH:mm:ss} UTC");
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
            return null; // that the log is locked is what matters
        }
    }
}
