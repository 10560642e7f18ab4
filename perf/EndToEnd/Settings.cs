using System.Globalization;
using System.Text.Json;

namespace Dataflow.Perf.EndToEnd;

/// <summary>What the command line says.</summary>
internal sealed record Settings(
    string Event, long Events, long Keys, int Workers, int CheckpointMs, int Reps, string Directory, string? Kafka, bool Latency, int Ticks,
    int EveryMs)
{
    /// <summary>The event is a plain class.</summary>
    public const string Plain = "plain";

    /// <summary>The event has a codec made at compile time.</summary>
    public const string Generated = "generated";

    /// <summary>The event is a struct whose texts are slices.</summary>
    public const string Struct = "struct";

    /// <summary>There is no event and no engine: the job is written by hand.</summary>
    public const string Hand = "hand";

    private const string LatencyFlag = "--latency";

    private static readonly string[] Kinds = [Plain, Generated, Struct, Hand];

    private static readonly string[] Names =
    [
        "--event", "--events", "--keys", "--workers", "--checkpoint-ms", "--reps", "--dir", "--kafka", "--ticks", "--every-ms",
    ];

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    public static Settings Parse(string[] args)
    {
        var given = new Dictionary<string, string>();
        foreach (var pair in args.Where(arg => arg != LatencyFlag).Chunk(2))
        {
            if (pair.Length < 2 || !Names.Contains(pair[0]))
                throw new ArgumentException(
                    $"'{pair[0]}' is not a setting with a value. There are: {string.Join(", ", [.. Names, LatencyFlag])}.");
            given[pair[0]] = pair[1];
        }

        var kind = given.GetValueOrDefault("--event", Plain);
        if (!Kinds.Contains(kind)) throw new ArgumentException($"'{kind}' is no event. There are: {string.Join(", ", Kinds)}.");
        return new Settings(
            kind,
            Number("--events", 10_000_000),
            Number("--keys", 100_000),
            (int)Number("--workers", 1),
            (int)Number("--checkpoint-ms", 1000),
            (int)Number("--reps", 3),
            given.GetValueOrDefault("--dir", Path.GetTempPath()),
            given.GetValueOrDefault("--kafka"),
            args.Contains(LatencyFlag),
            (int)Number("--ticks", 10_000),
            (int)Number("--every-ms", 3));

        long Number(string name, long unlessGiven)
            => given.TryGetValue(name, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : unlessGiven;
    }
}
