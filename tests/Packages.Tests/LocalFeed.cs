using System.Reflection;
using Dataflow.Packages.Tests;

[assembly: AssemblyFixture(typeof(LocalFeed))]

namespace Dataflow.Packages.Tests;

/// <summary>All packages of the repository, packed once as they were built, in a folder that NuGet restores from.</summary>
public sealed class LocalFeed : IAsyncLifetime
{
    /// <summary>Another version of the same packages, of which there can be no such release.</summary>
    public const string OtherVersion = "0.0.1-other";

    /// <summary>The configuration that the tests, and with them the packages, were built in.</summary>
    public static string Configuration { get; }
        = typeof(LocalFeed).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The projects that are packages. Generator, analyzers and fixes are in that of <c>Dataflow</c>.</summary>
    public static IReadOnlyList<string> Projects { get; }
        = [.. Directory.EnumerateFiles(Repository.PathOf("src"), "Dataflow*.csproj", SearchOption.AllDirectories)
            .Select(project => Path.GetFileNameWithoutExtension(project))
            .Where(static id => id is not ("Dataflow.CodeFixes" or "Dataflow.Generators"))
            .Order(StringComparer.Ordinal)];

    /// <summary>The packages that a program references.</summary>
    public static IEnumerable<string> Libraries { get; } = Projects.Where(static id => id != "Dataflow.Templates");

    /// <summary>The folder below which everything lies: the feed, projects outside the repository, and what they restore.</summary>
    public TemporaryFolder Folder { get; } = new();

    public string Version => Open("Dataflow").Metadata("version")!;

    public Package Open(string id, string extension = "nupkg")
        => new(Directory.EnumerateFiles(Folder["feed"], $"{id}.*.{extension}")
            .Single(file => char.IsDigit(Path.GetFileName(file)[id.Length + 1]))); // not a package whose name goes on

    public async ValueTask InitializeAsync()
    {
        Folder.Write("nuget.config", """
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="restored" />
              </config>
              <packageSources>
                <add key="feed" value="feed" />
                <add key="other" value="other" />
              </packageSources>
            </configuration>
            """);
        await PackAsync("feed");
        await PackAsync("other", $"-p:Version={OtherVersion}");
    }

    public ValueTask DisposeAsync()
    {
        Folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<string> PackAsync(string feed, params string[] options)
        => Dotnet.RunAsync(Repository.Root, ["pack", "Dataflow.sln", "-c", Configuration, "--no-build", "-o", Folder[feed], .. options]);
}
