using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using MessagePack;

namespace Dataflow.Serialization;

/// <summary>A field of a type in its serialized form: under the name of the property that exposes it, if there is one.</summary>
/// <param name="Field">The field.</param>
/// <param name="Name">Its name in the bytes, and in errors.</param>
/// <param name="Key">Its place, where the type declares places; else null.</param>
internal sealed record MemberField(FieldInfo Field, string Name, int? Key);

/// <summary>The fields of a user's type: all of them, of any visibility, those of its base types first.</summary>
/// <remarks>The fields are the whole of a value, so a value is read back as it was written, however its type is constructed. Only fields
/// that the type itself excludes (<c>IgnoreMember</c>, <c>IgnoreDataMember</c>, <c>NonSerialized</c>) are left out.</remarks>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = ReflectedCodecs.Only)]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = ReflectedCodecs.Only)]
internal sealed class TypeFields
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private TypeFields(IReadOnlyList<MemberField> members, bool hasIgnored) => (Members, HasIgnored) = (members, hasIgnored);

    public IReadOnlyList<MemberField> Members { get; }

    /// <summary>Whether the type excludes some fields.</summary>
    public bool HasIgnored { get; }

    /// <summary>Whether members are identified by their places, else by their names.</summary>
    public bool HasPlaces => Members.Count > 0 && Members[0].Key is not null;

    public static TypeFields Of(Type type)
    {
        var all = All(type).Select(field => (Field: field, Shown: PropertyOf(field))).ToList();
        var kept = all.Where(member => !IsIgnored(member.Field, member.Shown)).ToList();
        var hasIgnored = kept.Count < all.Count;
        if (IsPlain(type))
            return new([.. kept.Select((member, place) => new MemberField(member.Field, member.Field.Name, place))], hasIgnored);

        var places = kept.Select(member => Attribute<KeyAttribute>(member.Field, member.Shown)?.IntKey).ToList();
        if (places.TrueForAll(static place => place is >= 0 and < 1000) && places.Distinct().Count() == places.Count)
        {
            return new([.. kept.Zip(places, (member, place) => new MemberField(member.Field, NameOf(member.Field, member.Shown), place))
                .OrderBy(static member => member.Key)], hasIgnored);
        }

        return new(WithOwnNames(kept), hasIgnored);
    }

    /// <summary>All instance fields, those of base types first.</summary>
    public static IEnumerable<FieldInfo> All(Type type)
        => (type.BaseType is { } above && above != typeof(object) ? All(above) : []).Concat(type.GetFields(Declared));

    // Tuples and pairs belong to .NET: their fields have places and no user's names.
    private static bool IsPlain(Type type) => KnownTypes.IsOfDotNet(type);

    // A member that hides one of a base type has the same name.
    private static MemberField[] WithOwnNames(List<(FieldInfo Field, PropertyInfo? Shown)> members)
    {
        var last = members.Select(member => NameOf(member.Field, member.Shown)).Index().GroupBy(name => name.Item)
            .ToDictionary(names => names.Key, names => names.Last().Index);
        return [.. members.Index().Select(member =>
        {
            var name = NameOf(member.Item.Field, member.Item.Shown);
            return new MemberField(
                member.Item.Field, last[name] == member.Index ? name : $"{member.Item.Field.DeclaringType!.Name}.{member.Item.Field.Name}",
                null);
        })];
    }

    private static bool IsIgnored(FieldInfo field, PropertyInfo? shown)
        => field.IsDefined(typeof(NonSerializedAttribute), inherit: false) || Attribute<IgnoreMemberAttribute>(field, shown) is not null
            || Attribute<IgnoreDataMemberAttribute>(field, shown) is not null;

    private static string NameOf(FieldInfo field, PropertyInfo? shown)
        => Attribute<KeyAttribute>(field, shown)?.StringKey ?? Attribute<DataMemberAttribute>(field, shown)?.Name ?? shown?.Name
            ?? Plain(field.Name);

    private static TAttribute? Attribute<TAttribute>(FieldInfo field, PropertyInfo? shown)
        where TAttribute : Attribute
        => field.GetCustomAttribute<TAttribute>() ?? shown?.GetCustomAttribute<TAttribute>();

    /// <summary>Finds the property that exposes a field: the compiler's for its own fields; else one of the field's name and
    /// type.</summary>
    private static PropertyInfo? PropertyOf(FieldInfo field)
    {
        if (field.IsPublic) return null;
        var name = Plain(field.Name);
        var shown = Array.Find(field.DeclaringType!.GetProperties(Declared), property => property.Name == name);
        if (shown is not null || field.IsDefined(typeof(CompilerGeneratedAttribute))) return shown;
        return Array.Find(field.DeclaringType.GetProperties(Declared), property
            => property.PropertyType == field.FieldType && property.Name.Equals(name.TrimStart('_'), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Returns a field's name without the compiler's marks: <c>&lt;Total&gt;k__BackingField</c>, <c>&lt;clock&gt;P</c>; of F#
    /// <c>Total@</c>.</summary>
    public static string Plain(string field)
        => field.StartsWith('<') && field.LastIndexOf('>') is > 1 and var end ? field[1..end] : field.TrimEnd('@');
}
