namespace Dataflow.Extensibility;

/// <summary>The key of one of several values that state holds for a key: see <see cref="StepDeclaration.PartState"/>.</summary>
/// <param name="Key">The key.</param>
/// <param name="Part">The number of the value: a time, or an index in a list.</param>
public readonly record struct KeyPart<TKey>(TKey Key, long Part);
