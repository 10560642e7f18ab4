namespace Dataflow.Tests.Connectors;

/// <summary>A folder of the operating system's for one test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("dataflow-").FullName;

    public string this[string file] => Path.Combine(_path, file);

    public string Write(string file, string text)
    {
        File.WriteAllText(this[file], text);
        return this[file];
    }

    public IEnumerable<string> Files => Directory.EnumerateFiles(_path).Select(file => Path.GetFileName(file)).Order();

    /// <summary>A message without the folder, which differs from run to run.</summary>
    public string Anonymous(string message) => message.Replace(_path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
