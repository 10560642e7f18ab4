namespace Dataflow.Extensibility;

/// <summary>Names one of several values that state holds of a key: see <see cref="StepDeclaration.PartState"/>.</summary>
/// <param name="Key">The key.</param>
/// <param name="Part">The number of the value: a time, or a place in a list.</param>
public readonly record struct KeyPart<TKey>(TKey Key, long Part);
