namespace Dataflow.Perf.EndToEnd;

/// <summary>Makes the events of one partition from SplitMix64, the same in every run.</summary>
internal sealed class ClickGenerator(int partition, long eventsInPartition, long keys)
{
    private const long Start = 1_760_000_040_000; // a whole minute, ms since the Unix epoch
    private const long TenMinutesMs = 600_000;

    private static readonly string[] Agents =
        ["chrome/126.0.647", "firefox/127.0.12", "safari/17.5.1902", "edge/125.0.2535."];

    private ulong _state = 1234UL + (ulong)partition;
    private long _index;

    public TClick Next<TClick>()
        where TClick : ClickEvent, new()
    {
        var r = NextRandom();
        var q = NextRandom();
        var user = (long)((r & 0xffffffff) * (ulong)keys >> 32);
        var time = Start + (_index++ * TenMinutesMs / eventsInPartition) + (long)((r >> 32) % 2000);
        return new TClick
        {
            UserId = user,
            Timestamp = time,
            Page = $"/product/{(q >> 32) % 1000 * 7919 % 1_000_000:000000}/view",
            Amount = (q & 0xffff) / 100.0,
            LatencyMs = (int)((q >> 16) & 2047),
            Kind = (Kind)((q >> 27) % 5),
            Session = string.Create(32, q, static (letters, bits) =>
            {
                for (var j = 0; j < letters.Length; j++) letters[j] = (char)('a' + ((bits >> (j & 31)) & 15));
            }),
            Agent = Agents[user & 3],
        };
    }

    private ulong NextRandom()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
