using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Serialization;

internal sealed class ArrayCodec<T>(ValueCodecs codecs) : SequenceCodec<T[], T>(codecs), IJsonPart
{
    public JsonTypeInfo Json(JsonSerializerOptions options) => JsonMetadataServices.CreateArrayInfo<T>(options, new());

    protected override T[] Make(T[] elements, int kind) => elements;

    protected override IEnumerable<T> ElementsOf(T[] collection) => collection;
}

internal sealed class ListCodec<T>(ValueCodecs codecs) : SequenceCodec<List<T>, T>(codecs), IJsonPart
{
    public JsonTypeInfo Json(JsonSerializerOptions options)
        => JsonMetadataServices.CreateListInfo<List<T>, T>(options, new() { ObjectCreator = static () => [] });

    protected override List<T> Make(T[] elements, int kind) => [.. elements];

    protected override IEnumerable<T> ElementsOf(List<T> collection) => collection;
}

internal sealed class QueueCodec<T>(ValueCodecs codecs) : SequenceCodec<Queue<T>, T>(codecs)
{
    protected override Queue<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(Queue<T> collection) => collection;
}

internal sealed class StackCodec<T>(ValueCodecs codecs) : SequenceCodec<Stack<T>, T>(codecs)
{
    protected override Stack<T> Make(T[] elements, int kind) => new(elements.Reverse());

    protected override IEnumerable<T> ElementsOf(Stack<T> collection) => collection;
}

internal sealed class LinkedListCodec<T>(ValueCodecs codecs) : SequenceCodec<LinkedList<T>, T>(codecs)
{
    protected override LinkedList<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(LinkedList<T> collection) => collection;
}

internal sealed class ObservableCodec<T>(ValueCodecs codecs) : SequenceCodec<ObservableCollection<T>, T>(codecs)
{
    protected override ObservableCollection<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(ObservableCollection<T> collection) => collection;
}

internal sealed class ReadOnlyCodec<T>(ValueCodecs codecs) : SequenceCodec<ReadOnlyCollection<T>, T>(codecs)
{
    protected override ReadOnlyCollection<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(ReadOnlyCollection<T> collection) => collection;
}

internal sealed class ConcurrentQueueCodec<T>(ValueCodecs codecs) : SequenceCodec<ConcurrentQueue<T>, T>(codecs)
{
    protected override ConcurrentQueue<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(ConcurrentQueue<T> collection) => collection.ToArray();
}

internal sealed class ConcurrentStackCodec<T>(ValueCodecs codecs) : SequenceCodec<ConcurrentStack<T>, T>(codecs)
{
    protected override ConcurrentStack<T> Make(T[] elements, int kind) => new(elements.Reverse());

    protected override IEnumerable<T> ElementsOf(ConcurrentStack<T> collection) => collection.ToArray();
}

internal sealed class MemoryOfCodec<T>(ValueCodecs codecs) : SequenceCodec<Memory<T>, T>(codecs)
{
    protected override Memory<T> Make(T[] elements, int kind) => elements;

    protected override IEnumerable<T> ElementsOf(Memory<T> collection) => collection.ToArray();
}

internal sealed class ReadOnlyMemoryOfCodec<T>(ValueCodecs codecs) : SequenceCodec<ReadOnlyMemory<T>, T>(codecs)
{
    protected override ReadOnlyMemory<T> Make(T[] elements, int kind) => elements;

    protected override IEnumerable<T> ElementsOf(ReadOnlyMemory<T> collection) => collection.ToArray();
}
