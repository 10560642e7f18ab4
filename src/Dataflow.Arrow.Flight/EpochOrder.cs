using Dataflow.Log;

namespace Dataflow.Arrow.Flight;

/// <summary>The order of an epoch's rows.</summary>
/// <param name="Seed">The seed of the shuffle; null: the log's order.</param>
/// <param name="Window">The number of rows that are shuffled together; 0: none.</param>
/// <remarks>Stored as offsets of groups, which are not negative: a negative seed has a group of its own.</remarks>
internal readonly record struct EpochOrder(long? Seed, long Window)
{
    public static EpochOrder Of(long? seed, int window) => new(seed, seed is null ? 0 : window);

    public static EpochOrder Read(PartitionedLog log, string cursor, string topic)
        => new(
            log.GetGroupOffset(SeedOf(cursor), topic, 0) ?? ~log.GetGroupOffset(NegativeSeedOf(cursor), topic, 0),
            log.GetGroupOffset(WindowOf(cursor), topic, 0) ?? 0);

    public void WriteTo(LogCommit commit, string cursor, string topic)
    {
        if (Seed is not { } seed) return;
        if (seed >= 0) commit.SetGroupOffset(SeedOf(cursor), topic, 0, seed);
        else commit.SetGroupOffset(NegativeSeedOf(cursor), topic, 0, ~seed);
        commit.SetGroupOffset(WindowOf(cursor), topic, 0, Window);
    }

    public override string ToString() => Seed is { } seed ? $"seed {seed} and window {Window}" : "no seed";

    private static string SeedOf(string cursor) => $"{cursor}/seed";

    private static string NegativeSeedOf(string cursor) => $"{cursor}/negative-seed";

    private static string WindowOf(string cursor) => $"{cursor}/window";
}
