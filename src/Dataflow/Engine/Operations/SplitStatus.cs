using Dataflow.Time;

namespace Dataflow.Operations;

/// <summary>The progress of reading a split.</summary>
/// <param name="Name">The split's name, such as <c>flights[3]</c>.</param>
/// <param name="Position">The position at which the job reads on.</param>
/// <param name="Read">Records read since the job started.</param>
/// <param name="Lag">Positions known to lie ahead; null where that is not known.</param>
/// <param name="IsFinished">Whether its end was reached.</param>
public sealed record SplitStatus(string Name, long Position, long Read, long? Lag, bool IsFinished)
{
    /// <summary>Records that could not be decoded and became a <see cref="DeadLetter"/> since the job started.</summary>
    public long DeadLetters { get; init; }

    /// <summary>The watermark of the split, ms since the Unix epoch: its newest record's time less maxOutOfOrderness, or the greatest that
    /// a <see cref="WatermarkGenerator{T, TState}"/> has given. Null where there is none yet.</summary>
    public long? WatermarkMs { get; init; }

    /// <summary>The last stable offset, where reading waits there: more lies ahead, but in a transaction that its writer has left open.
    /// Null: nothing is in the way.</summary>
    public long? StableEnd { get; init; }

    /// <summary>The time for which reading has waited at <see cref="StableEnd"/>; null: it does not wait there.</summary>
    public TimeSpan? OpenFor { get; init; }

    /// <summary>Whether it has been without records for so long that it no longer holds event time back.</summary>
    public bool IsIdle { get; init; }

    /// <summary>Whether it is not read now because it is too far ahead of others: see <see cref="JobOptions.MaxWatermarkDrift"/>.</summary>
    public bool IsHeldBack { get; init; }

    internal static SplitStatus Of(SplitProgress split) => new(split.Name, split.Position, split.Read, split.Lag, split.IsFinished)
    {
        DeadLetters = split.DeadLetters,
        StableEnd = split.Open?.Position,
        OpenFor = split.Open?.Age,
        WatermarkMs = split.WatermarkMs,
        IsIdle = split is { IsIdle: true, IsFinished: false },
        IsHeldBack = split.IsHeldBack,
    };
}
