using System.Diagnostics;

namespace Dataflow.Site.Tests;

/// <summary>The rendered site. A test renders it, as a reader would.</summary>
public sealed class SiteTests : IDisposable
{
    private const int NoDocfx = 2;

    private readonly TemporaryFolder _folder = new();

    /// <summary>docfx looks after each link of each page and of the tables of contents; here its warnings are errors.</summary>
    [Fact]
    public async Task Each_link_of_the_site_leads_to_a_page_and_a_place_on_it()
    {
        string[] command = [Path.Combine(AppContext.BaseDirectory, "Site.dll"), "--output", _folder.Path];
        using var process = Process.Start(new ProcessStartInfo("dotnet", command) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.SkipWhen(process.ExitCode == NoDocfx, "'dotnet tool restore' does not find docfx.");
        Assert.True(process.ExitCode == 0, output);
        Assert.All(
            [_folder["index.html"], _folder["docs", "start.html"], _folder["api", "Dataflow.Stream-1.html"]],
            page => Assert.True(File.Exists(page), page));
    }

    public void Dispose() => _folder.Dispose();
}
