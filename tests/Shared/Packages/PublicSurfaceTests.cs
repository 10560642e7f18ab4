using System.Reflection;

namespace Dataflow.Tests;

/// <summary>What a package offers is a promise: it changes only where somebody says so.</summary>
public sealed class PublicSurfaceTests
{
    private static string Package => typeof(PublicSurfaceTests).Assembly.GetName().Name!.Replace(".Tests", "", StringComparison.Ordinal);

    [Fact]
    public void What_the_package_offers_is_what_was_approved()
    {
        var file = Repository.PathOf($"tests/{Package}.Tests/PublicSurface.txt");
        var now = PublicSurface.Of(Assembly.Load(Package));
        if (Environment.GetEnvironmentVariable("APPROVE") == "1") File.WriteAllLines(file, now);
        var approved = File.ReadAllLines(file);

        Assert.True(
            now.SequenceEqual(approved),
            $"{Package} offers other members than {file} has. Where that is meant, run this test with APPROVE=1 and commit the file; "
            + "say in the changelog what a user must do.\n"
            + $"New: {string.Join("\n     ", now.Except(approved).Take(20))}\n"
            + $"Gone: {string.Join("\n      ", approved.Except(now).Take(20))}");
    }
}
