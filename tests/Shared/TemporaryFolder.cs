namespace Dataflow.Tests.Shared;

/// <summary>A folder on the real disk for one test; deleted when disposed.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("dataflow-").FullName;

    public IEnumerable<string> Files => Directory.EnumerateFiles(Path).Select(file => System.IO.Path.GetFileName(file)).Order();

    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    public string Write(string file, string text)
    {
        File.WriteAllText(this[file], text);
        return this[file];
    }

    /// <summary>A message without the folder, which differs from run to run.</summary>
    public string Anonymous(string message) => message.Replace(Path + System.IO.Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    /// <summary>Copies a log as a dead process would leave it; the copy's files are those that the operating system has.</summary>
    public string CopyOf(string directory)
    {
        var target = this[$"copy-{Guid.NewGuid():n}"];
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            if (System.IO.Path.GetFileName(file) == "lock") continue; // a dead process holds no lock
            var to = System.IO.Path.Combine(target, System.IO.Path.GetRelativePath(directory, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return target;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
