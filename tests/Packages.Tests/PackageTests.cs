using System.Text;
using System.Text.RegularExpressions;

namespace Dataflow.Packages.Tests;

public partial class PackageTests(LocalFeed feed)
{
    private const string Tool = "Dataflow.Cli";

    public static TheoryData<string> Ids => [.. LocalFeed.Projects];

    public static TheoryData<string> Libraries => [.. LocalFeed.Libraries.Where(static id => id != Tool)];

    [Fact]
    public void Every_project_of_the_product_is_a_package_and_no_example_test_or_benchmark_is()
        => Assert.Equal(
            LocalFeed.Projects.Select(id => $"{id}.{feed.Version}.nupkg")
                .Concat(LocalFeed.Libraries.Select(id => $"{id}.{feed.Version}.snupkg"))
                .Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(feed.Folder["feed"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_package_says_what_it_is_and_under_which_licence(string id)
    {
        using var package = feed.Open(id);

        Assert.Equal("Apache-2.0", package.Metadata("license"));
        Assert.EndsWith(".", package.Metadata("description"), StringComparison.Ordinal);
        Assert.NotEqual(id, package.Metadata("authors"));
        Assert.Contains("stream-processing", package.Metadata("tags"), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{40}$", package.Repository("commit"));
        Assert.NotEmpty(package.Read(package.Metadata("icon")!));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_brings_its_documentation_and_its_symbols(string id)
    {
        using var package = feed.Open(id);
        using var symbols = feed.Open(id, "snupkg");

        Assert.Contains($"lib/net10.0/{id}.xml", package.Files);
        Assert.Contains($"lib/net10.0/{id}.pdb", symbols.Files);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_package_s_README_is_the_project_s_without_links_that_lead_nowhere(string id)
    {
        using var package = feed.Open(id);
        var shown = Encoding.UTF8.GetString(package.Read(package.Metadata("readme")!));
        var written = File.ReadAllText(Repository.PathOf($"src/{id}/README.md"));

        Assert.DoesNotMatch(@"\]\((?!https?:|#)", shown);
        Assert.Equal(Link().Replace(written, "$1").Trim(), shown.Trim());
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_needs_others_of_the_release_in_its_own_version(string id)
    {
        using var package = feed.Open(id);
        var ours = package.Dependencies.Where(needed => LocalFeed.Projects.Contains(needed.Key)).ToList();

        Assert.Equal(id != "Dataflow.Log", ours.Count > 0);
        Assert.All(ours, needed => Assert.Equal($"[{feed.Version}]", needed.Value));
    }

    [Fact]
    public void The_first_program_s_package_needs_the_log_and_nothing_of_the_other_packages()
    {
        using var package = feed.Open("Dataflow");

        Assert.Equal(
            ["Dataflow.Log", "MessagePack", "Microsoft.Extensions.Logging.Abstractions", "Sep"],
            package.Dependencies.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_engine_s_package_brings_generator_and_analyzers_with_their_fixes_and_no_other_does()
    {
        var brought = LocalFeed.Projects.SelectMany(id =>
        {
            using var package = feed.Open(id);
            return package.Files.Where(static file => file.StartsWith("analyzers/", StringComparison.Ordinal)).ToList();
        });

        Assert.Equal(
            ["analyzers/dotnet/cs/Dataflow.CodeFixes.dll", "analyzers/dotnet/cs/Dataflow.Generators.dll"],
            brought.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_package_for_models_leaves_the_native_library_to_the_program()
    {
        using var package = feed.Open("Dataflow.Onnx");

        Assert.Contains("Microsoft.ML.OnnxRuntime.Managed", package.Dependencies.Keys);
        Assert.DoesNotContain("Microsoft.ML.OnnxRuntime", package.Dependencies.Keys);
    }

    [GeneratedRegex(@"\[([^\]]+)\]\((?!https?:|#)[^)]+\)")]
    private static partial Regex Link();
}
