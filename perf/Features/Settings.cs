using System.Globalization;

namespace Dataflow.Perf.Features;

/// <summary>What the command line says.</summary>
internal sealed record Settings(long? Events, long Customers, long SpanMs, int Workers, int CheckpointMs, long Labels, int Reads)
{
    private static readonly string[] Names =
        ["--events", "--customers", "--span-ms", "--workers", "--checkpoint-ms", "--labels", "--reads"];

    public static Settings Parse(string[] args)
    {
        var given = new Dictionary<string, string>();
        foreach (var pair in args.Chunk(2))
        {
            if (pair.Length < 2 || !Names.Contains(pair[0]))
                throw new ArgumentException($"'{pair[0]}' is not a setting with a value. There are: {string.Join(", ", Names)}.");
            given[pair[0]] = pair[1];
        }

        return new Settings(
            given.ContainsKey("--events") ? Number("--events", 0) : null,
            Number("--customers", 100_000),
            Number("--span-ms", 3_600_000),
            (int)Number("--workers", 1),
            (int)Number("--checkpoint-ms", 1000),
            Number("--labels", 2_000_000),
            (int)Number("--reads", 200_000));

        long Number(string name, long unlessGiven)
            => given.TryGetValue(name, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : unlessGiven;
    }
}
