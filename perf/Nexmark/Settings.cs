using System.Globalization;
using System.Text.Json;

namespace Dataflow.Perf.Nexmark;

/// <summary>What the command line says.</summary>
internal sealed record Settings(
    IReadOnlyList<string> Queries, long Events, long Seed, long Rate, long Disorder, int Workers, int CheckpointMs,
    bool Crash, bool Latency, bool ThroughLog, string Directory)
{
    private const string CrashFlag = "--crash";
    private const string LatencyFlag = "--latency";

    private const string ThroughLogFlag = "--through-log";

    private static readonly string[] Flags = [CrashFlag, LatencyFlag, ThroughLogFlag];

    private static readonly string[] Names =
        ["--query", "--events", "--seed", "--rate", "--disorder", "--workers", "--checkpoint-ms", "--dir"];

    public EventGenerator Generator => new(Seed, Rate, Disorder);

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    public static Settings Parse(string[] args)
    {
        var given = new Dictionary<string, string>();
        foreach (var pair in args.Where(arg => !Flags.Contains(arg)).Chunk(2))
        {
            if (pair.Length < 2 || !Names.Contains(pair[0]))
                throw new ArgumentException(
                    $"'{pair[0]}' is not a setting with a value. There are: {string.Join(", ", [.. Names, .. Flags])}.");
            given[pair[0]] = pair[1];
        }

        return new Settings(
            QueriesOf(given.GetValueOrDefault("--query", "all")),
            Number("--events", 10_000_000),
            Number("--seed", 1),
            Number("--rate", 100_000),
            Number("--disorder", 0),
            (int)Number("--workers", 1),
            (int)Number("--checkpoint-ms", 1000),
            args.Contains(CrashFlag),
            args.Contains(LatencyFlag),
            args.Contains(ThroughLogFlag),
            given.GetValueOrDefault("--dir", Path.GetTempPath()));

        long Number(string name, long unlessGiven)
            => given.TryGetValue(name, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : unlessGiven;
    }

    private static List<string> QueriesOf(string text)
    {
        if (text == "all") return [.. Nexmark.Queries.All.Keys];
        var names = text.Split(',').ToList();
        if (names.Find(name => !Nexmark.Queries.All.ContainsKey(name)) is { } unknown)
            throw new ArgumentException($"There is no query '{unknown}'. There are: all, {string.Join(", ", Nexmark.Queries.All.Keys)}.");
        return names;
    }
}
