using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using System.Text.Json;
using Dataflow.Serialization;

namespace Dataflow;

/// <summary>The JSON form of a type's values on lines, after a check that nothing of them is lost.</summary>
/// <typeparam name="T">The type, read and written by System.Text.Json: its attributes apply.</typeparam>
internal static class JsonRows<T>
{
    private static JsonTypeInfo<T>? s_reading;
    private static JsonTypeInfo<T>? s_writing;

    /// <exception cref="ConnectorException">A member would come out of a line otherwise than it went in.</exception>
    public static JsonTypeInfo<T> ForReading => s_reading ??= Reading(JsonTypes.All);

    /// <exception cref="ConnectorException">A member would be left out of the line.</exception>
    public static JsonTypeInfo<T> ForWriting => s_writing ??= Writing(JsonTypes.All);

    /// <summary>Finds the form for reading among some types.</summary>
    public static JsonTypeInfo<T> Reading(IJsonTypeInfoResolver types) => Find(reads: true, new(JsonSerializerDefaults.Web)
    {
        IncludeFields = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = types.GetTypeInfo(typeof(T), new(JsonSerializerDefaults.Web))?.Kind != JsonTypeInfoKind.Object,
        TypeInfoResolver = types.WithAddedModifier(Require),
    });

    /// <summary>Finds the form for writing among some types.</summary>
    public static JsonTypeInfo<T> Writing(IJsonTypeInfoResolver types) => Find(reads: false, new(JsonSerializerDefaults.Web)
    {
        IncludeFields = true,
        Converters = { new JsonText(), new JsonText.OfCharacter() },
        TypeInfoResolver = types.WithAddedModifier(RefuseOthers),
    });

    private static JsonTypeInfo<T> Find(bool reads, JsonSerializerOptions options)
    {
        new JsonCheck(options, reads).Check(typeof(T));
        return (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
    }

    // A member that cannot be null and has no default is required: a default would hide a misspelt name.
    private static void Require(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object) return;
        foreach (var property in type.Properties)
        {
            var isSet = property.Set is not null || property.AssociatedParameter is not null;
            if (!isSet || property.IsExtensionData || MayBeMissing(property)) continue;
            property.Set ??= static (_, _) => { }; // a required member needs a setter; the constructor's parameter is used all the same
            property.IsRequired = true;
        }
    }

    // The additional members of a derived type would not be written.
    private static void RefuseOthers(JsonTypeInfo type)
    {
        var mayBeOther =
            type is { Kind: JsonTypeInfoKind.Object, PolymorphismOptions: null,
            Type: { IsClass: true, IsSealed: false, IsAbstract: false } };
        if (mayBeOther) type.PolymorphismOptions = new JsonPolymorphismOptions { DerivedTypes = { new JsonDerivedType(type.Type) } };
    }

    private static bool MayBeMissing(JsonPropertyInfo property)
        => property.AssociatedParameter is { HasDefaultValue: true }
            || (property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(property.PropertyType) is not null
                : property.AssociatedParameter?.IsNullable ?? property.IsSetNullable);
}

/// <summary>Finds the parts of a value that would be lost on a line of JSON.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = ReflectedCodecs.Only)]
internal sealed class JsonCheck(JsonSerializerOptions options, bool reads)
{
    private static readonly Type[] Reversed =
    [
        typeof(Stack<>), typeof(System.Collections.Concurrent.ConcurrentStack<>), typeof(System.Collections.Immutable.ImmutableStack<>),
        typeof(System.Collections.Immutable.IImmutableStack<>), typeof(System.Collections.Concurrent.ConcurrentBag<>),
    ];

    private readonly HashSet<Type> _checked = [];

    /// <exception cref="ConnectorException">Something would be lost; the member is named.</exception>
    public void Check(Type type) => Check(type, type, null);

    private void Check(Type type, Type owner, string? member)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (!_checked.Add(type)) return;
        if (Unsupported(type) is { } reason) throw Lost(reason);
        var json = Describe(type, Lost);
        if (json.ElementType is { } element) Check(element, owner, member);
        if (json.KeyType is { } key) Check(key, owner, member);
        if (json.Kind != JsonTypeInfoKind.Object) return;
        if (Unmade(json) is { } fault) throw Lost(fault);
        foreach (var property in json.Properties.Where(p => p.Get is not null || p.Set is not null)) Check(json, property);
        if (!KeepsState(json)) throw Lost("no public member holds its data");

        ConnectorException Lost(string because) => ConnectorException.LostInJson(owner, member, type, because);
    }

    private JsonTypeInfo Describe(Type type, Func<string, ConnectorException> lost)
    {
        try
        {
            return options.TryGetTypeInfo(type, out var found) ? found
                : throw lost("it is found by reflection, which a program that is trimmed or compiled ahead of time does not have; "
                    + "[DataflowRecord] on it, or on a type with such a member, makes it known");
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            throw lost(error.Message.TrimEnd('.'));
        }
    }

    private void Check(JsonTypeInfo owner, JsonPropertyInfo property)
    {
        var name = (property.AttributeProvider as RowProperty)?.Name ?? (property.AttributeProvider as MemberInfo)?.Name ?? property.Name;
        if (reads && property is { Set: null, AssociatedParameter: null, IsExtensionData: false } && IsState(property))
            throw ConnectorException.LostInJson(owner.Type, name, property.PropertyType, "nothing can set it");
        if (property.CustomConverter is null) Check(property.PropertyType, owner.Type, name);
    }

    private static string? Unsupported(Type type)
        => type == typeof(object) ? "its type is not written on the line"
        : typeof(Delegate).IsAssignableFrom(type) || typeof(MemberInfo).IsAssignableFrom(type) ? "it is code"
        : type.IsArray && type.GetArrayRank() > 1 ? "lines have lists of one dimension"
        : type.IsPointer || type.IsByRefLike || type == typeof(nint) || type == typeof(nuint) ? "it is an address"
        : type.IsGenericType && Reversed.Contains(type.GetGenericTypeDefinition()) ? "it comes back in another order"
        : null;

    private string? Unmade(JsonTypeInfo json)
    {
        var type = json.Type;
        if ((type.IsInterface || type.IsAbstract) && json.PolymorphismOptions is null)
            return "values of it are of other types, which [JsonDerivedType] would name";
        if (reads && json.CreateObject is null && json.ConstructorAttributeProvider is null && json.PolymorphismOptions is null)
            return "it has no public constructor without parameters, and not one other, which [JsonConstructor] would name";
        return null;
    }

    private bool KeepsState(JsonTypeInfo json)
    {
        if (json.Properties.Any(static property => property.AttributeProvider is RowProperty)) return true; // it has something to set
        var type = json.Type;
        var hasState = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length > 0;
        var isOfSystem = type.Namespace?.StartsWith(nameof(System), StringComparison.Ordinal) == true;
        var kept = json.Properties.Any(p => p.Set is not null || p.AssociatedParameter is not null
            || (!reads && !isOfSystem && p.Get is not null));
        return !hasState || kept;
    }

    /// <summary>Whether a member holds data, rather than being computed from others.</summary>
    private static bool IsState(JsonPropertyInfo property) => property.AttributeProvider switch
    {
        RowProperty made => made.IsState,
        FieldInfo => true,
        PropertyInfo { DeclaringType: { } type } info
            => type.GetField($"<{info.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)?
                .IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) == true,
        _ => false,
    };
}
