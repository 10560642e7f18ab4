using CsCheck;

namespace Dataflow.Tests;

/// <summary>What most tests stream: a number that a sensor gave at some time.</summary>
public sealed record Reading(string Sensor, long TimeMs, int Value)
{
    private const long MaxStepMs = 40;

    /// <summary>Readings of a few sensors, each at most <paramref name="latenessMs"/> older than the newest before it.</summary>
    public static Gen<Reading[]> Disordered(long latenessMs) => Gen
        .Select(Gen.Int[0, 4], Gen.Long[0, MaxStepMs], Gen.Long[0, latenessMs], Gen.Int[-100, 100])
        .Array[0, 300]
        .SelectMany(Gen.Long[-5_000, 5_000], (rows, start) => Gen.Const(Place(rows, start)));

    private static Reading[] Place((int Sensor, long StepMs, long LateMs, int Value)[] rows, long start)
    {
        var now = start;
        return [.. rows.Select(row => new Reading($"s{row.Sensor}", (now += row.StepMs) - row.LateMs, row.Value))];
    }
}
