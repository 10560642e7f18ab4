using System.Collections.Concurrent;
using System.Collections.ObjectModel;

namespace Dataflow.Serialization;

internal sealed class ArrayFormatter<T> : SequenceFormatter<T[], T>
{
    protected override T[] Make(T[] elements, int kind) => elements;

    protected override IEnumerable<T> ElementsOf(T[] collection) => collection;
}

internal sealed class ListFormatter<T> : SequenceFormatter<List<T>, T>
{
    protected override List<T> Make(T[] elements, int kind) => [.. elements];

    protected override IEnumerable<T> ElementsOf(List<T> collection) => collection;
}

internal sealed class QueueFormatter<T> : SequenceFormatter<Queue<T>, T>
{
    protected override Queue<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(Queue<T> collection) => collection;
}

internal sealed class StackFormatter<T> : SequenceFormatter<Stack<T>, T>
{
    protected override Stack<T> Make(T[] elements, int kind) => new(elements.Reverse());

    protected override IEnumerable<T> ElementsOf(Stack<T> collection) => collection;
}

internal sealed class LinkedListFormatter<T> : SequenceFormatter<LinkedList<T>, T>
{
    protected override LinkedList<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(LinkedList<T> collection) => collection;
}

internal sealed class ObservableFormatter<T> : SequenceFormatter<ObservableCollection<T>, T>
{
    protected override ObservableCollection<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(ObservableCollection<T> collection) => collection;
}

internal sealed class ReadOnlyFormatter<T> : SequenceFormatter<ReadOnlyCollection<T>, T>
{
    protected override ReadOnlyCollection<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(ReadOnlyCollection<T> collection) => collection;
}

internal sealed class ConcurrentQueueFormatter<T> : SequenceFormatter<ConcurrentQueue<T>, T>
{
    protected override ConcurrentQueue<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(ConcurrentQueue<T> collection) => collection.ToArray();
}

internal sealed class ConcurrentStackFormatter<T> : SequenceFormatter<ConcurrentStack<T>, T>
{
    protected override ConcurrentStack<T> Make(T[] elements, int kind) => new(elements.Reverse());

    protected override IEnumerable<T> ElementsOf(ConcurrentStack<T> collection) => collection.ToArray();
}

internal sealed class MemoryOfFormatter<T> : SequenceFormatter<Memory<T>, T>
{
    protected override Memory<T> Make(T[] elements, int kind) => elements;

    protected override IEnumerable<T> ElementsOf(Memory<T> collection) => collection.ToArray();
}

internal sealed class ReadOnlyMemoryOfFormatter<T> : SequenceFormatter<ReadOnlyMemory<T>, T>
{
    protected override ReadOnlyMemory<T> Make(T[] elements, int kind) => elements;

    protected override IEnumerable<T> ElementsOf(ReadOnlyMemory<T> collection) => collection.ToArray();
}
