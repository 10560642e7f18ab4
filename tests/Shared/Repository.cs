namespace Dataflow.Tests.Shared;

/// <summary>The repository that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file or folder that is no output of a build.</summary>
    public static string PathOf(string path) => Path.Combine(Root, path);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Dataflow.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"'{AppContext.BaseDirectory}' is not below Dataflow.sln.");
    }
}
