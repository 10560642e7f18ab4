using MessagePack;

namespace Dataflow;

/// <summary>An optional value: the one kept so far, if there was one.</summary>
[DataflowRecord]
internal record struct Kept<TValue>([property: Key(0)] bool HasValue, [property: Key(1)] TValue Value);
