namespace Dataflow.Tests.Docs;

internal static class Repository
{
    /// <summary>Where something lies that is no output of a build.</summary>
    public static string PathOf(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Dataflow.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, path);
    }
}
