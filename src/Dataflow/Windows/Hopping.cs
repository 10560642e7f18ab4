namespace Dataflow;

/// <summary>Windows of one size that start every so often and overlap.</summary>
public static class Hopping
{
    /// <summary>Windows of <paramref name="size"/>, a new one <paramref name="every"/> so often.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive whole milliseconds, or a step longer than the size.</exception>
    public static WindowSpec Of(TimeSpan size, TimeSpan every) => new(size, every, $"hopping {size} every {every}");
}
