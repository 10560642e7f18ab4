namespace Dataflow.Log.Tests;

/// <summary>A directory of its own for each test, deleted at the end.</summary>
internal sealed class TestDirectory : IDisposable
{
    public TestDirectory()
    {
        Path = Directory.CreateTempSubdirectory("dataflow-log-").FullName;
    }

    public string Path { get; }

    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Copies a log as a dead process would leave it; the copy's files are what the operating system has.</summary>
    public string CopyOf(string directory)
    {
        var target = System.IO.Path.Combine(Path, "copy-" + Guid.NewGuid().ToString("n"));
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
