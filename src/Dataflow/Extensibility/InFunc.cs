namespace Dataflow.ByReference;

/// <summary>A function that takes its argument by reference: for structs of more than a few words, which cost a copy for each call
/// otherwise. Written <c>(in value) => …</c>.</summary>
/// <param name="value">The argument; valid during the call.</param>
public delegate TResult InFunc<T, out TResult>(in T value);
