using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Serialization;

internal sealed class HashSetCodec<T>(ValueCodecs codecs) : SequenceCodec<HashSet<T>, T>(codecs), IJsonPart
{
    public JsonTypeInfo Json(JsonSerializerOptions options)
        => JsonMetadataServices.CreateISetInfo<HashSet<T>, T>(options, new() { ObjectCreator = static () => [] });

    protected override HashSet<T> Make(T[] elements, int kind) => new(elements, Comparers.Equality<T>(kind));

    protected override IEnumerable<T> ElementsOf(HashSet<T> collection) => collection;

    protected override int KindOf(HashSet<T> collection)
        => base.KindOf(collection) + Comparers.NumberOf(collection.Comparer, typeof(HashSet<T>));
}

internal sealed class SortedSetCodec<T>(ValueCodecs codecs) : SequenceCodec<SortedSet<T>, T>(codecs)
{
    protected override SortedSet<T> Make(T[] elements, int kind) => new(elements, Comparers.Order<T>(kind));

    protected override IEnumerable<T> ElementsOf(SortedSet<T> collection) => collection;

    protected override int KindOf(SortedSet<T> collection)
        => base.KindOf(collection) + Comparers.NumberOf(collection.Comparer, typeof(SortedSet<T>));
}

internal sealed class FrozenSetCodec<T>(ValueCodecs codecs) : SequenceCodec<FrozenSet<T>, T>(codecs)
{
    protected override FrozenSet<T> Make(T[] elements, int kind) => elements.ToFrozenSet(Comparers.Equality<T>(kind));

    protected override IEnumerable<T> ElementsOf(FrozenSet<T> collection) => collection;

    protected override int KindOf(FrozenSet<T> collection) => Comparers.NumberOf(collection.Comparer, typeof(FrozenSet<T>));
}
