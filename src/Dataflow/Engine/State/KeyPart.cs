using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>The key of one of several values that state holds for a key, each under a number: a time, or an index in a list.</summary>
/// <remarks>Declare it as <c>declare.State&lt;KeyPart&lt;TKey>, TValue>()</c>. The number does not affect which worker holds the
/// value.</remarks>
/// <param name="Key">The key.</param>
/// <param name="Part">The number of the value: a time, or an index in a list.</param>
public readonly record struct KeyPart<TKey>(TKey Key, long Part) : IKeyOfParts
    where TKey : notnull
{
    Type IKeyOfParts.Owner => typeof(TKey);

    object IKeyOfParts.MakeCodec() => new KeyPartCodec<TKey>();
}
