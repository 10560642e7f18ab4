using CsCheck;

namespace Dataflow.Features.Tests;

/// <summary>What most tests make features of: a number of some entity at some time.</summary>
public sealed record Ping(string Entity, long TimeMs, int Value)
{
    /// <summary>Pings of a few entities, each at most <paramref name="latenessMs"/> older than the newest before it.</summary>
    /// <param name="latenessMs">The disorder.</param>
    /// <param name="maxStepMs">How far time goes on from one to the next, at the most.</param>
    public static Gen<Ping[]> Disordered(long latenessMs, long maxStepMs = 40) => Gen
        .Select(Gen.Int[0, 3], Gen.Long[0, maxStepMs], Gen.Long[0, latenessMs], Gen.Int[-20, 20])
        .Array[0, 200]
        .SelectMany(Gen.Long[-5_000, 5_000], (rows, start) => Gen.Const(Place(rows, start)));

    private static Ping[] Place((int Entity, long StepMs, long LateMs, int Value)[] rows, long start)
    {
        var now = start;
        return [.. rows.Select(row => new Ping($"e{row.Entity}", (now += row.StepMs) - row.LateMs, row.Value))];
    }
}

/// <summary>A question about an entity at a time.</summary>
public sealed record Ask(int Number, string Entity, long TimeMs)
{
    /// <summary>The offset of the last ping that was known.</summary>
    public long Known { get; init; } = long.MaxValue;
}
