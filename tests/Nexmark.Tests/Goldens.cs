using System.Text.Json;

namespace Dataflow.Perf.Nexmark.Tests;

/// <summary>A set of events and what is known of it.</summary>
public sealed record GoldenSet(
    long Events, long Seed, long Rate, long Disorder, string EventsChecksum, IReadOnlyDictionary<string, GoldenAnswer> Queries)
{
    internal EventGenerator Generator => new(Seed, Rate, Disorder);

    public override string ToString() => $"{Events} events, seed {Seed}, rate {Rate}, disorder {Disorder}";
}

public sealed record GoldenAnswer(long Rows, string Checksum);

internal static class Goldens
{
    private const long MaxEvents = 100_000;

    /// <summary>The sets that are small enough for tests.</summary>
    public static IReadOnlyList<GoldenSet> Sets { get; } = Read();

    private static List<GoldenSet> Read()
    {
        var file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "goldens.json"));
        var all = JsonSerializer.Deserialize<GoldenFile>(file, JsonSerializerOptions.Web)!;
        return [.. all.Sets.Where(set => set.Events <= MaxEvents)];
    }

    private sealed record GoldenFile(IReadOnlyList<GoldenSet> Sets);
}
