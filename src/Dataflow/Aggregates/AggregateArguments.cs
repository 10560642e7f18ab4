using System.Runtime.CompilerServices;

namespace Dataflow;

/// <summary>Checks arguments of aggregates: each method returns its argument, or throws on the user's own line.</summary>
internal static class AggregateArguments
{
    private const int MaxConditions = 8; // each has a bit in a byte

    public static int Positive(int value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, name);
        return value;
    }

    public static Func<T, bool>[] Conditions<T>(Func<T, bool>[] where)
    {
        ArgumentNullException.ThrowIfNull(where);
        return where.Length is >= 1 and <= MaxConditions ? [.. where]
            : throw new ArgumentException(
                $"CountDistinct takes up to {MaxConditions} conditions for one set, not {where.Length}. Make another CountDistinct for the "
                    + "rest.", nameof(where));
    }

    public static int Precision(int precision)
        => precision is >= 4 and <= 18 ? precision
            : throw new ArgumentOutOfRangeException(
                nameof(precision), precision, "A precision lies between 4 and 18: the sketch has 2^precision bytes.");

    public static double[] Bounds(double[] bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        for (var i = 0; i < bounds.Length; i++)
        {
            if (double.IsNaN(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1]))
                throw new ArgumentException("The bounds of a histogram ascend.", nameof(bounds));
        }

        return bounds.Length > 0 ? [.. bounds] : throw new ArgumentException("A histogram has at least one bound.", nameof(bounds));
    }

    public static double[] Shares(double[] shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        foreach (var share in shares)
        {
            if (share is not (>= 0 and <= 1))
                throw new ArgumentOutOfRangeException(
                    nameof(shares), share, "The share of a quantile lies between 0 and 1: 0.5 is the median.");
        }

        return [.. shares];
    }

    public static double RelativeError(double relativeError)
        => relativeError is >= 0.001 and <= 0.2 ? relativeError
            : throw new ArgumentOutOfRangeException(
                nameof(relativeError), relativeError, "A relative error lies between 0.001 and 0.2: 0.01 is one percent.");

    public static TimeSpan HalfLife(TimeSpan halfLife)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(halfLife, TimeSpan.Zero);
        return halfLife;
    }
}
