using MessagePack;

namespace Dataflow;

/// <summary>The one value kept of those so far, if there was one.</summary>
internal record struct Kept<TValue>([property: Key(0)] bool HasValue, [property: Key(1)] TValue Value);
