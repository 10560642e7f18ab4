using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Dataflow.Serialization;

/// <summary>Writes an immutable array; a default one is not an empty one.</summary>
internal sealed class ImmutableArrayFormatter<T> : SequenceFormatter<ImmutableArray<T>, T>
{
    protected override ImmutableArray<T> Make(T[] elements, int kind) => ImmutableCollectionsMarshal.AsImmutableArray(elements);

    protected override IEnumerable<T> ElementsOf(ImmutableArray<T> collection) => collection;

    protected override bool IsNull(ImmutableArray<T> collection) => collection.IsDefault;
}

internal sealed class ImmutableListFormatter<T> : SequenceFormatter<ImmutableList<T>, T>
{
    protected override ImmutableList<T> Make(T[] elements, int kind) => [.. elements];

    protected override IEnumerable<T> ElementsOf(ImmutableList<T> collection) => collection;
}

internal sealed class ImmutableQueueFormatter<T> : SequenceFormatter<ImmutableQueue<T>, T>
{
    protected override ImmutableQueue<T> Make(T[] elements, int kind) => ImmutableQueue.CreateRange(elements);

    protected override IEnumerable<T> ElementsOf(ImmutableQueue<T> collection) => collection;
}

internal sealed class ImmutableStackFormatter<T> : SequenceFormatter<ImmutableStack<T>, T>
{
    protected override ImmutableStack<T> Make(T[] elements, int kind) => ImmutableStack.CreateRange(elements.Reverse());

    protected override IEnumerable<T> ElementsOf(ImmutableStack<T> collection) => collection;
}

internal sealed class ImmutableHashSetFormatter<T> : SequenceFormatter<ImmutableHashSet<T>, T>
{
    protected override ImmutableHashSet<T> Make(T[] elements, int kind)
        => ImmutableHashSet.CreateRange(Comparers.Equality<T>(kind), elements);

    protected override IEnumerable<T> ElementsOf(ImmutableHashSet<T> collection) => collection;

    protected override int KindOf(ImmutableHashSet<T> collection)
        => Comparers.NumberOf(collection.KeyComparer, typeof(ImmutableHashSet<T>));
}

internal sealed class ImmutableSortedSetFormatter<T> : SequenceFormatter<ImmutableSortedSet<T>, T>
{
    protected override ImmutableSortedSet<T> Make(T[] elements, int kind)
        => ImmutableSortedSet.CreateRange(Comparers.Order<T>(kind), elements);

    protected override IEnumerable<T> ElementsOf(ImmutableSortedSet<T> collection) => collection;

    protected override int KindOf(ImmutableSortedSet<T> collection)
        => Comparers.NumberOf(collection.KeyComparer, typeof(ImmutableSortedSet<T>));
}
