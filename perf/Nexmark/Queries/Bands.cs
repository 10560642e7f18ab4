namespace Dataflow.Perf.Nexmark;

/// <summary>The bands of price that bids are counted by.</summary>
internal static class Bands
{
    private const long Middle = 10_000;
    private const long High = 1_000_000;

    public static bool Any(Bid bid) => true;

    public static bool IsLow(Bid bid) => bid.Price < Middle;

    public static bool IsMiddle(Bid bid) => bid.Price is >= Middle and < High;

    public static bool IsHigh(Bid bid) => bid.Price >= High;
}
