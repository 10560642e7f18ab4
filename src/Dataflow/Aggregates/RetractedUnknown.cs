namespace Dataflow;

internal static class RetractedUnknown
{
    public static InvalidOperationException Of<T>()
        => new($"A row was taken back that no {TypeNames.Of(typeof(T))} added before equals. Make the type a record or give it Equals.");
}
