using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dataflow.Serialization;
using MessagePack;

namespace Dataflow.Texts;

/// <summary>The places of texts in the values of a type: in fields, or in the elements of lists and arrays.</summary>
internal abstract class HeldTexts
{
    private static readonly ConcurrentDictionary<Type, HeldTexts?> Found = [];

    /// <summary>Returns the places; null if values hold no texts, and where reflection cannot find them: there texts are copied.</summary>
    public static HeldTexts? Of(Type type)
        => ReflectedCodecs.AreSupported ? Found.GetOrAdd(type, static type => MayHold(type, []) ? Make(type) : null) : null;

    /// <summary>Keeps the texts of an object, which is changed.</summary>
    /// <exception cref="SerdeException">Objects hold one another too deep, or in a circle.</exception>
    public static void KeepIn(object value)
    {
        if (Of(value.GetType()) is not { } texts) return;
        Depth.Enter(value.GetType());
        try
        {
            texts.Keep(value);
        }
        finally
        {
            Depth.Leave();
        }
    }

    /// <summary>Whether values of a type may hold texts, as far as they can be found.</summary>
    public static bool MayHold(Type type, HashSet<Type> seen)
    {
        if (type == typeof(Utf8)) return true;
        if (ElementOf(type) is { } element) return MayHold(element, seen);
        if (type.IsAbstract) return seen.Add(type) && SubtypesOf(type).Any(subtype => MayHold(subtype, seen));
        return IsMadeOfFields(type) && seen.Add(type) && TypeFields.All(type).Any(field => MayHold(field.FieldType, seen));
    }

    protected abstract void Keep(object held);

    private static HeldTexts Make(Type type)
    {
        if (ElementOf(type) is { } element) return (HeldTexts)ReflectedCodecs.Make(typeof(TextsOfElements<>), [element]);
        return type.IsAbstract ? new TextsOfSubtypes() : new TextsOfFields(type);
    }

    private static IEnumerable<Type> SubtypesOf(Type type)
        => type.GetCustomAttributes<UnionAttribute>(inherit: false).Select(static of => of.SubType);

    private static Type? ElementOf(Type type)
    {
        if (type.IsSZArray) return type.GetElementType();
        return type.IsGenericType && type.GetGenericTypeDefinition() is var of
            && (of == typeof(List<>) || of == typeof(IReadOnlyList<>) || of == typeof(IList<>)) ? type.GetGenericArguments()[0] : null;
    }

    private static bool IsMadeOfFields(Type type)
        => !type.IsPrimitive && !type.IsEnum && !type.IsPointer && !type.IsByRefLike && !type.IsArray && !type.IsAbstract
            && !type.ContainsGenericParameters && type != typeof(string) && !type.IsAssignableTo(typeof(IKeepsTexts))
            && !type.IsAssignableTo(typeof(Delegate))
            && (type.IsValueType || KnownTypes.IsTuple(type) || !KnownTypes.IsOfDotNet(type));
}

/// <summary>The texts in values of types that derive from one: each value is of a type of its own.</summary>
internal sealed class TextsOfSubtypes : HeldTexts
{
    protected override void Keep(object held) => KeepIn(held);
}

/// <summary>The texts in the elements of a list or array.</summary>
internal sealed class TextsOfElements<T> : HeldTexts
{
    protected override void Keep(object held)
    {
        var elements = held as T[] ?? (held is List<T> list ? CollectionsMarshal.AsSpan(list) : default);
        foreach (ref var element in elements) TextKeeper<T>.Keep(ref element);
    }
}

/// <summary>The texts in fields, of the value itself and of the structs in it.</summary>
internal sealed class TextsOfFields : HeldTexts
{
    private readonly nint[] _texts;
    private readonly nint[] _objects; // which may hold some

    public TextsOfFields(Type type)
    {
        var (texts, objects) = (new List<nint>(), new List<nint>());
        Find(type, 0, texts, objects);
        (_texts, _objects) = ([.. texts], [.. objects]);
    }

    /// <summary>Keeps the texts of a value that begins at <paramref name="start"/>.</summary>
    /// <param name="start">The first byte.</param>
    /// <param name="batch">Has the bytes of texts in the value itself; null: each has its own.</param>
    public void Keep(ref byte start, BatchTexts? batch = null)
    {
        foreach (var place in _texts)
        {
            ref var text = ref Unsafe.As<byte, Utf8>(ref Unsafe.AddByteOffset(ref start, place));
            if (!text.IsKept) text = batch is null ? text.Keep() : batch.Take(text);
        }

        foreach (var place in _objects)
        {
            if (Unsafe.As<byte, object?>(ref Unsafe.AddByteOffset(ref start, place)) is { } held) KeepIn(held);
        }
    }

    protected override void Keep(object held) => Keep(ref FieldOffset.Start(ref held));

    private static void Find(Type type, nint start, List<nint> texts, List<nint> objects)
    {
        if (type == typeof(Utf8))
        {
            texts.Add(start);
            return;
        }

        foreach (var field in TypeFields.All(type).Where(static field => MayHold(field.FieldType, [])))
        {
            var place = start + FieldOffset.In(type, field);
            if (field.FieldType.IsValueType) Find(field.FieldType, place, texts, objects);
            else objects.Add(place);
        }
    }
}
