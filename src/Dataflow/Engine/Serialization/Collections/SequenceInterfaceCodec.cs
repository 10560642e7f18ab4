using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Serialization;

/// <summary>Writes a collection declared as an interface of lists or sets: it is read back as the array, list or set that it was, any other
/// kind of list as an array.</summary>
internal sealed class InterfaceCodec<TInterface, T>(ValueCodecs codecs) : SequenceCodec<TInterface, T>(codecs), IJsonPart
    where TInterface : IEnumerable<T>
{
    private const int List = 1;
    private const int Hash = 100; // and the number of its comparer
    private const int Sorted = 200;

    private static readonly bool IsList = typeof(T[]).IsAssignableTo(typeof(TInterface));

    public JsonTypeInfo Json(JsonSerializerOptions options)
        => typeof(TInterface) == typeof(ISet<T>) ? JsonMetadataServices.CreateISetInfo<ISet<T>, T>(options, new())
            : JsonMetadataServices.CreateIEnumerableInfo<TInterface, T>(options, new());

    protected override TInterface Make(T[] elements, int kind) => (TInterface)(object)(kind switch
    {
        0 => elements,
        List => new List<T>(elements),
        >= Sorted => new SortedSet<T>(elements, Comparers.Order<T>(kind - Sorted)),
        _ => new HashSet<T>(elements, Comparers.Equality<T>(kind - Hash)),
    });

    protected override IEnumerable<T> ElementsOf(TInterface collection) => collection;

    protected override int KindOf(TInterface collection) => collection switch
    {
        List<T> => List,
        HashSet<T> set => Hash + Comparers.NumberOf(set.Comparer, typeof(TInterface)),
        SortedSet<T> set => Sorted + Comparers.NumberOf(set.Comparer, typeof(TInterface)),
        _ when IsList => 0,
        _ => throw SerdeException.OtherType(typeof(TInterface), collection.GetType()),
    };
}
