using System.Composition;
using Dataflow.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dataflow.CodeFixes;

/// <summary>DATAFLOW003 and DATAFLOW004: takes the attribute from a type that can have no codec.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class RemoveAttribute() : CodeFix("Remove [DataflowRecord]", "DATAFLOW003", "DATAFLOW004")
{
    private protected override Func<CancellationToken, Task<Solution>>? ChangeOf(
        Document document, SemanticModel model, SyntaxNode node, Diagnostic diagnostic)
    {
        if (node is not TypeDeclarationSyntax || model.GetDeclaredSymbol(node) is not { } type) return null;
        var attribute = type.GetAttributes()
            .FirstOrDefault(static found => found.AttributeClass?.ToDisplayString() == RecordGenerator.Attribute);
        var place = attribute?.ApplicationSyntaxReference;
        var file = place is null ? null : document.Project.Solution.GetDocument(place.SyntaxTree);
        return file is null ? null : stop => RemoveAsync(file, place!, stop);
    }

    private static async Task<Solution> RemoveAsync(Document file, SyntaxReference place, CancellationToken stop)
    {
        var root = await file.GetSyntaxRootAsync(stop).ConfigureAwait(false);
        var attribute = await place.GetSyntaxAsync(stop).ConfigureAwait(false);
        var changed = attribute.Parent is AttributeListSyntax { Attributes.Count: 1 } list
            ? root!.RemoveNode(list, SyntaxRemoveOptions.KeepLeadingTrivia) // the comment
            : root!.RemoveNode(attribute, SyntaxRemoveOptions.KeepNoTrivia);
        return file.WithSyntaxRoot(changed!).Project.Solution;
    }
}
