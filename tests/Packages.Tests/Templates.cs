namespace Dataflow.Packages.Tests;

/// <summary>The template package, installed for these tests alone.</summary>
public sealed class Templates(LocalFeed feed) : IAsyncLifetime
{
    public async ValueTask InitializeAsync()
        => await NewAsync(feed.Folder.Path, "install", feed.Folder["feed", $"Dataflow.Templates.{feed.Version}.nupkg"]);

    /// <summary>Makes something from a template, and returns its folder, which is outside the repository.</summary>
    public async Task<string> CreateAsync(string folder, params string[] arguments)
    {
        await NewAsync(feed.Folder.Path, [.. arguments, "-o", folder]);
        return feed.Folder[folder];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<string> NewAsync(string folder, params string[] arguments)
        => Dotnet.RunAsync(folder, ["new", .. arguments, "--debug:custom-hive", feed.Folder["hive"]]);
}
