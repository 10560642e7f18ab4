using System.Composition;
using Dataflow.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Editing;

namespace Dataflow.CodeFixes;

/// <summary>DATAFLOW002: makes the types internal that hide a type from its codec.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class MakeInternal() : CodeFix("Make it internal", "DATAFLOW002")
{
    private protected override Func<CancellationToken, Task<Solution>>? ChangeOf(
        Document document, SemanticModel model, SyntaxNode node, Diagnostic diagnostic)
    {
        var hidden = HiddenIn(TypeOf(model, node)).Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default).ToList();
        return hidden.Count == 0 || hidden.Exists(static type => type.IsFileLocal || type.DeclaringSyntaxReferences.IsEmpty)
            ? null : stop => ShowAsync(document.Project.Solution, hidden, stop);
    }

    // The type itself, or that of the member which the diagnostic is about.
    private static ITypeSymbol? TypeOf(SemanticModel model, SyntaxNode node)
        => model.GetDeclaredSymbol(node) switch
        {
            ITypeSymbol type => type,
            IPropertySymbol property => property.Type,
            IFieldSymbol field => field.Type,
            IParameterSymbol parameter => parameter.Type,
            _ => null,
        };

    private static IEnumerable<INamedTypeSymbol> HiddenIn(ITypeSymbol? type)
    {
        if (type is IArrayTypeSymbol array) return HiddenIn(array.ElementType);
        if (type is not INamedTypeSymbol named || TypeFaults.IsVisible(named)) return [];
        var inside = HiddenIn(named.ContainingType).Concat(named.TypeArguments.SelectMany(HiddenIn));
        return named.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal
            && !named.IsFileLocal ? inside : inside.Append(named.OriginalDefinition);
    }

    private static async Task<Solution> ShowAsync(Solution solution, List<INamedTypeSymbol> types, CancellationToken stop)
    {
        var editor = new SolutionEditor(solution);
        foreach (var part in types.SelectMany(static type => type.DeclaringSyntaxReferences))
        {
            var file = await editor.GetDocumentEditorAsync(solution.GetDocumentId(part.SyntaxTree), stop).ConfigureAwait(false);
            file.ReplaceNode(
                await part.GetSyntaxAsync(stop).ConfigureAwait(false),
                static (type, generator) => generator.WithAccessibility(type, Accessibility.Internal));
        }

        return editor.GetChangedSolution();
    }
}
