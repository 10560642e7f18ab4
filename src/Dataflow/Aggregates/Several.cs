namespace Dataflow;

/// <summary>Combines several aggregates into one, whose result is a tuple of theirs.</summary>
internal static class Several
{
    public static Aggregation<T, (TR1, TR2)> Of<T, TR1, TR2>((Aggregation<T, TR1>, Aggregation<T, TR2>) of)
        => of.Item1.And(of.Item2, static (r1, r2) => (r1, r2));

    public static Aggregation<T, (TR1, TR2, TR3)> Of<T, TR1, TR2, TR3>((Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>) of)
        => Of((of.Item1, of.Item2)).And(of.Item3, static (r, r3) => (r.Item1, r.Item2, r3));

    public static Aggregation<T, (TR1, TR2, TR3, TR4)> Of<T, TR1, TR2, TR3, TR4>(
        (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>) of)
        => Of((of.Item1, of.Item2, of.Item3)).And(of.Item4, static (r, r4) => (r.Item1, r.Item2, r.Item3, r4));

    public static Aggregation<T, (TR1, TR2, TR3, TR4, TR5)> Of<T, TR1, TR2, TR3, TR4, TR5>(
        (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>) of)
        => Of((of.Item1, of.Item2, of.Item3, of.Item4)).And(of.Item5, static (r, r5) => (r.Item1, r.Item2, r.Item3, r.Item4, r5));

    public static Aggregation<T, (TR1, TR2, TR3, TR4, TR5, TR6)> Of<T, TR1, TR2, TR3, TR4, TR5, TR6>(
        (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>, Aggregation<T, TR6>) of)
        => Of((of.Item1, of.Item2, of.Item3, of.Item4, of.Item5))
            .And(of.Item6, static (r, r6) => (r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r6));

    public static Aggregation<T, (TR1, TR2, TR3, TR4, TR5, TR6, TR7)> Of<T, TR1, TR2, TR3, TR4, TR5, TR6, TR7>(
        (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>, Aggregation<T, TR6>,
            Aggregation<T, TR7>) of)
        => Of((of.Item1, of.Item2, of.Item3, of.Item4, of.Item5, of.Item6))
            .And(of.Item7, static (r, r7) => (r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6, r7));

    public static Aggregation<T, (TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8)> Of<T, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8>(
        (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>, Aggregation<T, TR6>,
            Aggregation<T, TR7>, Aggregation<T, TR8>) of)
        => Of((of.Item1, of.Item2, of.Item3, of.Item4, of.Item5, of.Item6, of.Item7))
            .And(of.Item8, static (r, r8) => (r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6, r.Item7, r8));
}
