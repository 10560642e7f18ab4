using System.Collections.Frozen;

namespace Dataflow.Serialization;

internal sealed class HashSetFormatter<T> : SequenceFormatter<HashSet<T>, T>
{
    protected override HashSet<T> Make(T[] elements, int kind) => new(elements, Comparers.Equality<T>(kind));

    protected override IEnumerable<T> ElementsOf(HashSet<T> collection) => collection;

    protected override int KindOf(HashSet<T> collection)
        => base.KindOf(collection) + Comparers.NumberOf(collection.Comparer, typeof(HashSet<T>));
}

internal sealed class SortedSetFormatter<T> : SequenceFormatter<SortedSet<T>, T>
{
    protected override SortedSet<T> Make(T[] elements, int kind) => new(elements, Comparers.Order<T>(kind));

    protected override IEnumerable<T> ElementsOf(SortedSet<T> collection) => collection;

    protected override int KindOf(SortedSet<T> collection)
        => base.KindOf(collection) + Comparers.NumberOf(collection.Comparer, typeof(SortedSet<T>));
}

internal sealed class FrozenSetFormatter<T> : SequenceFormatter<FrozenSet<T>, T>
{
    protected override FrozenSet<T> Make(T[] elements, int kind) => elements.ToFrozenSet(Comparers.Equality<T>(kind));

    protected override IEnumerable<T> ElementsOf(FrozenSet<T> collection) => collection;

    protected override int KindOf(FrozenSet<T> collection) => Comparers.NumberOf(collection.Comparer, typeof(FrozenSet<T>));
}
