namespace Dataflow;

/// <summary>Records for which a join found no partner, for one reason.</summary>
/// <param name="Reason">Such as <c>left without partner</c>.</param>
/// <param name="Count">How many, since the job started.</param>
public sealed record Miss(string Reason, long Count)
{
    internal static IReadOnlyList<Miss> OfSides(long lefts, long rights)
        => [new("left without partner", lefts), new("right without partner", rights)];
}

/// <summary>A step that counts the records for which it found no partner.</summary>
internal interface ICountsMisses
{
    long Misses { get; }

    /// <summary>The misses by their reasons; empty where there is but one.</summary>
    IReadOnlyList<Miss> MissReasons => [];
}

/// <summary>The sides of a join whose records come out even without a partner.</summary>
[Flags]
internal enum Outer
{
    None = 0,
    Left = 1,
    Right = 2,
    Both = Left | Right,
}
