namespace Dataflow.Serialization;

/// <summary>How deep a value of a type that can hold itself is being written or read on this thread.</summary>
internal static class Depth
{
    public const int Max = 500;

    [ThreadStatic]
    private static int t_depth;

    /// <exception cref="SerdeException">It is too deep; the depth is as before.</exception>
    public static void Enter(Type type)
    {
        if (t_depth == Max) throw SerdeException.TooDeep(type);
        t_depth++;
    }

    public static void Leave() => t_depth--;
}
