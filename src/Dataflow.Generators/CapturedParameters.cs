using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dataflow.Generators;

/// <summary>Finds the parameters of a primary constructor that members use after construction: the compiler keeps each in a field, of which
/// it tells nothing.</summary>
internal static class CapturedParameters
{
    public static IEnumerable<IParameterSymbol> Of(INamedTypeSymbol type, Compilation compilation)
    {
        if (type.IsRecord) return []; // parameters of records are properties
        var parts = type.DeclaringSyntaxReferences.Select(static part => part.GetSyntax()).OfType<TypeDeclarationSyntax>().ToList();
        var primary = type.InstanceConstructors.FirstOrDefault(
            static made => made.DeclaringSyntaxReferences.Any(static part => part.GetSyntax() is TypeDeclarationSyntax));
        if (primary is null) return [];
        var uses = parts.SelectMany(static part => part.Members).SelectMany(Code).OfType<IdentifierNameSyntax>().ToList();
        return primary.Parameters.Where(parameter => uses.Exists(use => IsUse(use, parameter, compilation)));
    }

    // What initializers of fields and properties use is not kept.
    private static IEnumerable<SyntaxNode> Code(MemberDeclarationSyntax member) => member switch
    {
        BaseFieldDeclarationSyntax or BaseTypeDeclarationSyntax => [],
        PropertyDeclarationSyntax property => property.DescendantNodes(node => node != property.Initializer),
        _ => member.DescendantNodes(),
    };

    private static bool IsUse(IdentifierNameSyntax use, IParameterSymbol parameter, Compilation compilation)
    {
        if (use.Identifier.ValueText != parameter.Name) return false;
#pragma warning disable RS1030 // only where a name says that there may be a fault
        var model = compilation.GetSemanticModel(use.SyntaxTree);
#pragma warning restore RS1030
        return SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(use).Symbol, parameter)
            && !use.Ancestors().OfType<InvocationExpressionSyntax>().Any(call => model.GetConstantValue(call).HasValue); // nameof
    }
}
