namespace Dataflow;

/// <summary>A value with the key that it belongs to.</summary>
public readonly record struct Keyed<TKey, T>(TKey Key, T Value);
