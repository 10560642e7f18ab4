using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Serialization;
using MessagePack.Resolvers;
using MessagePack;

namespace Dataflow.Serialization;

/// <summary>The serialized form of a type's values, or the reason why there is none.</summary>
/// <param name="Make">Makes the codec; null if there is none, or the type makes it itself.</param>
/// <param name="Parts">The types of the values' parts, with the name of the member where there is one.</param>
/// <param name="Fault">The fault of the type, as the rest of a sentence, and the remedy.</param>
internal sealed record ValueForm(Func<ValueResolver, object>? Make, IReadOnlyList<(string? Member, Type Type)> Parts, string? Fault)
{
    private const string WriteOneself =
        "Leave it out with [IgnoreMember], keep what it is made of instead, or give the pipeline UseSerde(...) for it";

    public static ValueForm Of(Type type)
    {
        if (KnownTypes.CodecOf(type) is { } known) return new(resolver => known(resolver), PartsOf(type), null);
        if (HasOwnCodec(type)) return new(Make: null, PartsOf(type), Fault: null);
        if (type.IsDefined(typeof(MessagePackFormatterAttribute), inherit: false))
        {
            return ReflectedCodecs.AreSupported
                ? new(resolver => OfLibrary(type, AttributeFormatterResolver.Instance, resolver), PartsOf(type), null)
                : new(null, [], Unreflected(type));
        }

        if (UnionOf(type) is { Count: > 0 } union) return OfUnion(type, union);
        if (FaultOf(type) is { } fault) return new(null, [], fault);
        if (GeneratedCodecs.Find(type) is { } made) return OfMade(type, made);
        var fields = TypeFields.Of(type).Members;
        return new(
            resolver => ByReflection(type, resolver), [.. fields.Select(member => ((string?)member.Name, member.Field.FieldType))], null);
    }

    /// <summary>Returns the subtypes that a type declares with their numbers.</summary>
    public static IReadOnlyList<UnionAttribute> UnionOf(Type type) => [.. type.GetCustomAttributes<UnionAttribute>(inherit: false)];

    /// <summary>Whether a type says itself how it is written: <see cref="IHasCodec{TSelf}"/>.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The interface is there where a codec is asked for by it.")]
    public static bool HasOwnCodec(Type type)
        => !type.IsAbstract && Array.Exists(type.GetInterfaces(), of => of.IsGenericType
            && of.GetGenericTypeDefinition() == typeof(IHasCodec<>) && of.GetGenericArguments()[0] == type);

    private static ValueForm OfMade(Type type, RecordForm made)
        => new(
            resolver => resolver.Takes(made) ? made.MakeCodec(resolver) : ByReflection(type, resolver),
            [.. made.Members.Select(member => ((string?)member.Name, member.Type))], null);

    // Its codec is made where its type is an argument: see ValueResolver.
    private static ValueForm OfUnion(Type type, IReadOnlyList<UnionAttribute> union)
        => !ReflectedCodecs.AreSupported && union.Any(of => of.SubType == type)
            ? new(null, [], $"is {TypeNames.Of(type)}, which is one of its own [Union] types: a program that is trimmed or compiled "
                + "ahead of time cannot read that. Derive a type with [DataflowRecord] for it, or give the pipeline UseSerde(...) for it.")
            : new(null, [.. union.Select(static of => ((string?)null, of.SubType))], null);

    private static object ByReflection(Type type, ValueResolver resolver)
        => ReflectedCodecs.Make(typeof(ReflectedCodec<>), [type], resolver);

    private static object OfLibrary(Type type, IFormatterResolver library, ValueResolver resolver)
        => ReflectedCodecs.Make(typeof(FormatterCodec<>), [type], library.GetFormatterDynamic(type), resolver.Options);

    private static (string?, Type)[] PartsOf(Type type)
        => [.. (type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments()).Select(part => ((string?)null, part))];

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Without reflection the generator has looked at the type.")]
    private static string? FaultOf(Type type)
    {
        var name = TypeNames.Of(type);
        if (type == typeof(object) || type.IsInterface || type.IsAbstract)
        {
            return $"is declared as {(type == typeof(object) ? "object" : type.IsInterface ? $"interface {name}" : $"abstract {name}")}, "
                + "which does not say what a value holds. "
                + $"Declare the type itself, or give the pipeline UseSerde(Serde.Polymorphic<{name}>(...)) with the types that there are.";
        }

        if (type.IsAssignableTo(typeof(Delegate)))
            return $"is code ({name}), which has no bytes. Leave it out with [IgnoreMember], or keep what it is chosen by.";
        if (type.IsPointer || type.IsFunctionPointer || type.IsByRefLike)
            return $"is a place in memory ({name}), which means nothing after a restart. Leave it out with [IgnoreMember].";
        if (!ReflectedCodecs.AreSupported && GeneratedCodecs.Find(type) is null) return Unreflected(type);
        if (KnownTypes.IsTuple(type)) return null;
        if (KnownTypes.IsOfDotNet(type)) return $"is {name}, a type of .NET that has no form which can be written. {WriteOneself}.";
        if (type.GetMethods(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Any(IsCallback))
            return $"is {name}, whose fields are filled in only while .NET serializes it ([OnSerializing]). {WriteOneself}.";
        if (Above(type) is { } above)
            return $"is {name}, which derives from .NET's {TypeNames.Of(above)}, whose content cannot be seen. {WriteOneself}.";
        return null;
    }

    private static string Unreflected(Type type)
    {
        var name = TypeNames.Of(type);
        return $"is {name}, whose codec is found by reflection, which a program that is trimmed or compiled ahead of time does not have. "
            + (KnownTypes.IsOfDotNet(type) || type.IsEnum
                ? "Make it a member of a type with [DataflowRecord]" : $"Give {name} [DataflowRecord]")
            + ", or the pipeline UseSerde(...) for it.";
    }

    private static bool IsCallback(MethodInfo method) => method.IsDefined(typeof(OnSerializingAttribute), inherit: false);

    private static Type? Above(Type type)
    {
        for (var above = type.BaseType; above is not null && above != typeof(object) && above != typeof(ValueType); above = above.BaseType)
        {
            if (KnownTypes.IsOfDotNet(above)) return above;
        }

        return null;
    }
}
