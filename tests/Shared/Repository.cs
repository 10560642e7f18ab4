namespace Dataflow.Tests.Shared;

/// <summary>The repository that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file or folder that is no output of a build.</summary>
    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>The program of a project, built as these tests are, in its own folder: that of the tests lacks packages that are in their
    /// framework.</summary>
    /// <param name="project">The project's folder, such as <c>tests/CrashTarget</c>.</param>
    public static string ProgramOf(string project)
    {
        var bin = $"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}";
        var build = AppContext.BaseDirectory[AppContext.BaseDirectory.LastIndexOf(bin, StringComparison.Ordinal)..];
        return Path.Join(PathOf(project), build, $"{Path.GetFileName(project)}.dll");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Dataflow.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"'{AppContext.BaseDirectory}' is not below Dataflow.sln.");
    }
}
