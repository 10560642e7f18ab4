using System.Text.RegularExpressions;

namespace Dataflow.Tests.Docs;

/// <summary>Packages are written on each other's public members, as a user's own steps are.</summary>
public partial class DoorTests
{
    [Fact]
    public void Only_tests_benchmarks_and_the_test_kit_have_access_to_internals()
    {
        var files = Directory.EnumerateFiles(Repository.PathOf("src"), "*.*proj", SearchOption.AllDirectories)
            .Append(Repository.PathOf("src/Directory.Build.props"));
        var friends = files.SelectMany(file => Friend().Matches(File.ReadAllText(file))).Select(friend => friend.Groups[1].Value).ToList();

        Assert.NotEmpty(friends);
        Assert.All(friends, static friend => Assert.True(
            friend is "Dataflow.Testing" or "Micro" || friend.EndsWith(".Tests", StringComparison.Ordinal), friend));
    }

    [GeneratedRegex("""InternalsVisibleTo Include="([^"]+)""")]
    private static partial Regex Friend();
}
