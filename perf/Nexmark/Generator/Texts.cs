using System.Globalization;

namespace Dataflow.Perf.Nexmark;

/// <summary>The tables that all texts come from, the same for every seed.</summary>
internal static class Texts
{
    private const int Slices = 1 << 20;
    private const int LongestSlice = 1 << 10;
    private const long PoolStream = 10_004;
    private const int Channels = 10_004;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz-_";

    /// <summary>How many of <see cref="Channel"/> are cold; the four hot ones follow.</summary>
    public const int ColdChannels = 10_000;

    private static readonly ulong Family = Draws.Family(0x6E65786D61726B);
    private static readonly Utf8 Pool = MakePool();

    public static readonly string[] FirstNames =
        ["Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"];

    public static readonly string[] LastNames =
        ["Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"];

    public static readonly Utf8[] Cities =
        ["Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"];

    public static readonly Utf8[] States = ["AZ", "CA", "ID", "OR", "WA", "WY"];

    public static readonly Utf8[] Channel =
        [.. Enumerable.Range(0, ColdChannels).Select(i => new Utf8($"channel-{i}")), "Google", "Facebook", "Baidu", "Apple"];

    public static readonly Utf8[] Url = [.. Enumerable.Range(0, Channels).Select(MakeUrl)];

    /// <summary>Letters of the pool, from a drawn place on.</summary>
    public static Utf8 Slice(ref Draws draws, long length) => Pool.Slice((int)draws.Below(Slices), (int)length);

    /// <summary>Some 3 to <paramref name="max"/> − 1 letters.</summary>
    public static Utf8 Text(ref Draws draws, int max)
    {
        var length = 3 + draws.Below(max - 3);
        return Slice(ref draws, length);
    }

    private static Utf8 MakePool()
    {
        var draws = Draws.Start(Family, PoolStream);
        var pool = new byte[Slices + LongestSlice];
        foreach (ref var letter in pool.AsSpan()) letter = (byte)Letters[(int)draws.Below(Letters.Length)];
        return new(pool);
    }

    private static Utf8 MakeUrl(int channel)
    {
        var draws = Draws.Start(Family, channel);
        var url = $"https://www.nexmark.com/{Text(ref draws, 5)}/{Text(ref draws, 5)}/{Text(ref draws, 5)}/item.htm?query=1";
        return channel < ColdChannels && draws.Below(10) < 9
            ? new Utf8(string.Create(CultureInfo.InvariantCulture, $"{url}&channel_id={1_000_000 + (channel * 7919)}"))
            : new Utf8(url);
    }
}
