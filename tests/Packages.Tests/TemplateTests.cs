using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Dataflow.Packages.Tests;

/// <summary>Programs that the templates make.</summary>
public class TemplateTests(Templates templates, LocalFeed feed) : IClassFixture<Templates>
{
    [Fact]
    public async Task A_created_solution_with_a_step_builds_without_warnings_and_its_tests_pass()
    {
        var solution = await templates.CreateAsync("Shop", "dataflow", "-n", "Shop");
        await templates.CreateAsync("Shop", "dataflow-step", "-n", "Dedupe", "--namespace", "Shop");

        var built = await Dotnet.RunAsync(solution, "build");
        var tested = await Dotnet.RunAsync(solution, "test", "--no-build");

        Assert.DoesNotContain(": warning CS", built, StringComparison.Ordinal);
        Assert.Matches(@"succeeded: 4\b", tested);
        Assert.InRange(File.ReadLines(Path.Combine(solution, "Shop/Program.cs")).Count(), 1, 20);
    }

    // No image is built: there may be no container engine.
    [Fact(Timeout = 300_000)]
    public async Task The_Dockerfile_s_commands_give_a_worker_that_prints_results_and_ends_at_SIGTERM()
    {
        var folder = await templates.CreateAsync("image", "dataflow", "-n", "my-shop");
        var dockerfile = File.ReadAllLines(Path.Combine(folder, "Dockerfile"));
        foreach (var command in Each(dockerfile, "RUN dotnet ")) await Dotnet.RunAsync(folder, command.Split(' '));

        var entry = JsonSerializer.Deserialize<string[]>(Each(dockerfile, "ENTRYPOINT ").Single())!;
        var start = new ProcessStartInfo(entry[0], entry[1..])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.Combine(folder, "out"),
        };
        start.Environment[Each(dockerfile, "ENV ").Single().Split('=')[0]] = feed.Folder["volume"];
        using var worker = Process.Start(start)!;
        try
        {
            var stop = TestContext.Current.CancellationToken;
            var line = "";
            while (line?.StartsWith("ItemSales { Item = ", StringComparison.Ordinal) == false)
                line = await worker.StandardOutput.ReadLineAsync(stop);
            Assert.NotNull(line);

            using (var term = Process.Start("kill", ["-TERM", $"{worker.Id}"])) await term.WaitForExitAsync(stop);
            await worker.StandardOutput.ReadToEndAsync(stop);
            await worker.WaitForExitAsync(stop).WaitAsync(TimeSpan.FromSeconds(30), stop);
        }
        finally
        {
            worker.Kill();
        }

        Assert.Equal(0, worker.ExitCode);
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(feed.Folder["volume"]));
    }

    [Fact]
    public void A_created_project_references_the_packages_in_the_version_of_its_template()
    {
        using var package = new Package(feed.Folder["other", $"Dataflow.Templates.{LocalFeed.OtherVersion}.nupkg"]);

        Assert.Contains(
            $"<DataflowVersion>{LocalFeed.OtherVersion}</DataflowVersion>",
            Encoding.UTF8.GetString(package.Read("content/dataflow/Directory.Packages.props")), StringComparison.Ordinal);
        Assert.DoesNotContain(package.Files, static file => file.StartsWith("lib/", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Each(string[] dockerfile, string instruction)
        => dockerfile.Where(line => line.StartsWith(instruction, StringComparison.Ordinal)).Select(line => line[instruction.Length..]);
}
