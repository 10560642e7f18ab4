using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>The rules for types with <c>[DataflowRecord]</c>; those for pipelines are in their analyzers. The manual explains
/// each.</summary>
internal static class Rules
{
    private const string Category = "Dataflow";

    public static readonly DiagnosticDescriptor Hidden = Error(
        "DATAFLOW002", "The codec does not see the type",
        "{0} is hidden from the rest of the project, and so from its codec. Make it internal or public, with the types that it is "
            + "declared in.");

    public static readonly DiagnosticDescriptor NoValues = Error(
        "DATAFLOW003", "The type cannot have a codec",
        "{0} {1}");

    public static readonly DiagnosticDescriptor ForeignBase = Error(
        "DATAFLOW004", "The base type is of another project",
        "{0} derives from {1} of another project, whose fields the compiler does not show. Remove [DataflowRecord]: the type is written by "
            + "reflection.");

    public static readonly DiagnosticDescriptor Captured = Error(
        "DATAFLOW005", "A parameter is kept in a field without a name",
        "{0} uses the parameter '{1}' of its constructor after construction. Keep it in a field or property: what the compiler keeps it in "
            + "cannot be named.");

    public static readonly DiagnosticDescriptor NoForm = Warning(
        "DATAFLOW006", "The member's type cannot be written",
        "Member '{0}' is {1}");

    public static readonly DiagnosticDescriptor Places = Warning(
        "DATAFLOW007", "Places do not count",
        "{0} is written as a map by name, not as an array by place: {1}");

    public static IEnumerable<DiagnosticDescriptor> All => [Hidden, NoValues, ForeignBase, Captured, NoForm, Places];

    public static DiagnosticDescriptor Warning(string id, string title, string message)
        => new(id, title, message, Category, DiagnosticSeverity.Warning, isEnabledByDefault: true);

    private static DiagnosticDescriptor Error(string id, string title, string message)
        => new(id, title, message, Category, DiagnosticSeverity.Error, isEnabledByDefault: true);
}
