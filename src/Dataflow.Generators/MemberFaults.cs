using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>Finds the members whose types cannot be written, and places that do not count.</summary>
internal static class MemberFaults
{
    public static IEnumerable<Fault> Of(INamedTypeSymbol type, List<Field> fields, Compilation compilation)
    {
        foreach (var field in fields)
        {
            var of = field.Symbol.Type;
            if (!CanBeNamed(of))
            {
                yield return new Fault(
                    Rules.NoValues, field.Location, type.Name,
                    $"holds a place in memory in '{field.Plain}', which means nothing after a restart. Leave it out with [IgnoreMember].");
            }
            else if (!TypeFaults.IsVisible(of)) yield return new Fault(Rules.Hidden, field.Location, of.Name);
            else if (MemberForms.FaultOf(of, compilation) is { } fault)
                yield return new Fault(Rules.NoForm, field.Location, field.Label, fault);
        }

        if (!RecordReading.HasPlaces(fields) && PlacesFault(fields) is { } places)
            yield return new Fault(Rules.Places, type.Locations.FirstOrDefault(), type.Name, places);
    }

    private static bool CanBeNamed(ITypeSymbol type) => type switch
    {
        IPointerTypeSymbol or IFunctionPointerTypeSymbol => false,
        IArrayTypeSymbol array => CanBeNamed(array.ElementType),
        INamedTypeSymbol named => !named.IsRefLikeType && TypeText.ArgumentsOf(named).All(CanBeNamed),
        _ => !type.IsRefLikeType,
    };

    private static string? PlacesFault(List<Field> fields)
    {
        if (fields.TrueForAll(static field => field.Place is null)) return null;
        if (fields.Find(static field => field.Place is null) is { } without)
            return $"'{without.Plain}' has no [Key(n)]. Give each member one, or none.";
        return fields.GroupBy(static field => field.Place).FirstOrDefault(static same => same.Count() > 1) is { } twice
            ? $"two members have [Key({twice.Key})]. Give each another number."
            : "there is a [Key(n)] that is not from 0 to 999.";
    }
}
