namespace Dataflow.Serialization;

/// <summary>The nesting depth, on this thread, of values whose type can contain itself.</summary>
internal static class Depth
{
    public const int Max = 500;

    [ThreadStatic]
    private static int t_depth;

    /// <exception cref="SerdeException">The value is nested too deeply; the depth is as before.</exception>
    public static void Enter(Type type)
    {
        if (t_depth == Max) throw SerdeException.TooDeep(type);
        t_depth++;
    }

    public static void Leave() => t_depth--;
}
