using Dataflow.OlderLanguage;

namespace Dataflow.Tests;

/// <summary>Programs in C# 12, which knows no extension members, call the same verbs.</summary>
public class OlderLanguageTests
{
    [Fact]
    public async Task Verbs_are_called_by_the_class_that_has_them()
        => Assert.Equal(["00:00 cups 1", "00:00 tea 6", "00:10 tea 8"], (await Orders.ByClassAsync()).Order());

    [Fact]
    public async Task Verbs_are_called_behind_a_dot()
        => Assert.Equal(["00:00 cups 1 none", "00:00 tea 6 left", "00:10 tea 8 left"], (await Orders.ByDotAsync()).Order());

    [Fact]
    public async Task Lists_and_maps_in_state_are_enumerated()
        => Assert.Equal(
            ["Insert cups 1 1", "Insert rum 0 1", "Insert tea 2 1", "Update tea 14 3", "Update tea 6 2"],
            (await Orders.WithStateAsync()).Order(StringComparer.Ordinal));
}
