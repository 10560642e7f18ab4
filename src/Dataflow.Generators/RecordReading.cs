using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>Reads what a codec is made of from a type, by the rules of the serde that finds it by reflection.</summary>
internal static class RecordReading
{
    private const int MaxPlaces = 1000;

    /// <summary>Returns the model of a type, null if it has a fault that forbids a codec, and all faults.</summary>
    public static (RecordModel? Model, IReadOnlyList<Fault> Faults) Of(
        INamedTypeSymbol type, Compilation compilation, CancellationToken stop)
    {
        var faults = TypeFaults.Of(type, compilation).ToList();
        if (faults.Count > 0) return (null, faults);
        var fields = Fields(type, out var hasIgnored);
        faults.AddRange(MemberFaults.Of(type, fields, compilation));
        stop.ThrowIfCancellationRequested();
        if (faults.Exists(static fault => fault.IsError)) return (null, faults);
        var hasPlaces = HasPlaces(fields);
        if (hasPlaces) fields = [.. fields.OrderBy(static field => field.Place)];
        var labels = hasPlaces ? [.. fields.Select(static field => field.Label)] : Labels(fields);
        var members = fields.Zip(labels, static (field, label) => (field, label)).ToList();
        var parameters = TypeText.InBrackets(TypeText.ParametersOf(type).Select(TypeText.Of));
        var rows = RowReading.Of(type);
        var model = new RecordModel(
            TypeText.Identifier(type), TypeText.Of(type), type.IsValueType, parameters, parameters.Length > 0 ? TypeText.Unbound(type) : "",
            hasPlaces, hasIgnored, Array(Levels(type, fields)), Array(members.Select(member => Member(member, hasPlaces))),
            Constructors.Of(type, members), !hasIgnored && KeyFault.IsMemberwise(type),
            Array(fields.Select(static field => field.Symbol.Type).Concat(rows.Types).SelectMany(MemberParts.Of).Distinct()),
            rows.Model);
        return (model, faults);
    }

    /// <summary>Whether each member declares a place, of which no two are the same.</summary>
    public static bool HasPlaces(IReadOnlyCollection<Field> fields)
        => fields.Count > 0 && fields.All(static field => field.Place is >= 0 and < MaxPlaces)
            && fields.Select(static field => field.Place).Distinct().Count() == fields.Count;

    private static List<Field> Fields(INamedTypeSymbol type, out bool hasIgnored)
    {
        var all = Field.Of(type);
        var kept = all.FindAll(static field => !field.IsIgnored);
        hasIgnored = kept.Count < all.Count;
        return kept;
    }

    // A member that hides one of a base type has the same name.
    private static List<string> Labels(List<Field> fields)
        => [.. fields.Select((field, at) => fields.FindLastIndex(other => other.Label == field.Label) == at
            ? field.Label : $"{field.Symbol.ContainingType.MetadataName}.{field.Name}")];

    private static MemberModel Member((Field Field, string Label) member, bool hasPlaces)
    {
        var field = member.Field;
        var (scalar, isEnum, isNullable) = Scalars.Of(field.Symbol.Type);
        return new MemberModel(
            member.Label, hasPlaces ? field.Place!.Value : -1, field.Level, field.Identifier, TypeText.Of(field.Symbol.Type), scalar,
            isEnum, isNullable, field.IsInterned && scalar == "String");
    }

    private static IEnumerable<LevelModel> Levels(INamedTypeSymbol type, List<Field> fields)
    {
        var level = 0;
        for (var at = type; at is not null && !Field.IsRoot(at); at = at.BaseType, level++)
        {
            var definition = at.OriginalDefinition;
            yield return new LevelModel(
                TypeText.Of(definition),
                TypeText.InBrackets(TypeText.ParametersOf(definition).Select(TypeText.Of)),
                TypeText.ConstraintsOf(definition), TypeText.InBrackets(TypeText.ArgumentsOf(at).Select(TypeText.Of)),
                Array(fields.Where(field => field.Level == level).Select(static field
                    => new FieldModel(field.Identifier, field.Name, TypeText.Of(field.Symbol.OriginalDefinition.Type)))));
        }
    }

    private static EquatableArray<T> Array<T>(IEnumerable<T> items)
        where T : IEquatable<T>
        => new(items.ToImmutableArray());
}
