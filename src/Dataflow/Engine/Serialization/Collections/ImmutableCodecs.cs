using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Serialization;

/// <summary>Writes an immutable array; a default one is not an empty one.</summary>
internal sealed class ImmutableArrayCodec<T>(ValueCodecs codecs) : SequenceCodec<ImmutableArray<T>, T>(codecs), IJsonPart
{
    public JsonTypeInfo Json(JsonSerializerOptions options)
        => JsonMetadataServices.CreateImmutableEnumerableInfo<ImmutableArray<T>, T>(
            options, new(), ImmutableArray.CreateRange);

    protected override ImmutableArray<T> Make(T[] elements, int kind) => ImmutableCollectionsMarshal.AsImmutableArray(elements);

    protected override IEnumerable<T> ElementsOf(ImmutableArray<T> collection) => collection;

    protected override bool IsNull(ImmutableArray<T> collection) => collection.IsDefault;
}

internal sealed class ImmutableListCodec<T>(ValueCodecs codecs) : SequenceCodec<ImmutableList<T>, T>(codecs), IJsonPart
{
    public JsonTypeInfo Json(JsonSerializerOptions options)
        => JsonMetadataServices.CreateImmutableEnumerableInfo<ImmutableList<T>, T>(options, new(), ImmutableList.CreateRange);

    protected override ImmutableList<T> Make(T[] elements, int kind) => [.. elements];

    protected override IEnumerable<T> ElementsOf(ImmutableList<T> collection) => collection;
}

internal sealed class ImmutableQueueCodec<T>(ValueCodecs codecs) : SequenceCodec<ImmutableQueue<T>, T>(codecs)
{
    protected override ImmutableQueue<T> Make(T[] elements, int kind) => ImmutableQueue.CreateRange(elements);

    protected override IEnumerable<T> ElementsOf(ImmutableQueue<T> collection) => collection;
}

internal sealed class ImmutableStackCodec<T>(ValueCodecs codecs) : SequenceCodec<ImmutableStack<T>, T>(codecs)
{
    protected override ImmutableStack<T> Make(T[] elements, int kind) => ImmutableStack.CreateRange(elements.Reverse());

    protected override IEnumerable<T> ElementsOf(ImmutableStack<T> collection) => collection;
}

internal sealed class ImmutableHashSetCodec<T>(ValueCodecs codecs) : SequenceCodec<ImmutableHashSet<T>, T>(codecs)
{
    protected override ImmutableHashSet<T> Make(T[] elements, int kind)
        => ImmutableHashSet.CreateRange(Comparers.Equality<T>(kind), elements);

    protected override IEnumerable<T> ElementsOf(ImmutableHashSet<T> collection) => collection;

    protected override int KindOf(ImmutableHashSet<T> collection)
        => Comparers.NumberOf(collection.KeyComparer, typeof(ImmutableHashSet<T>));
}

internal sealed class ImmutableSortedSetCodec<T>(ValueCodecs codecs) : SequenceCodec<ImmutableSortedSet<T>, T>(codecs)
{
    protected override ImmutableSortedSet<T> Make(T[] elements, int kind)
        => ImmutableSortedSet.CreateRange(Comparers.Order<T>(kind), elements);

    protected override IEnumerable<T> ElementsOf(ImmutableSortedSet<T> collection) => collection;

    protected override int KindOf(ImmutableSortedSet<T> collection)
        => Comparers.NumberOf(collection.KeyComparer, typeof(ImmutableSortedSet<T>));
}
