using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace Dataflow.CodeFixes;

/// <summary>DATAFLOW009: makes a class that is compared by reference a record, which is compared by its values.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class MakeRecord() : CodeFix("Make the key a record", "DATAFLOW009")
{
    private protected override Func<CancellationToken, Task<Solution>>? ChangeOf(
        Document document, SemanticModel model, SyntaxNode node, Diagnostic diagnostic)
    {
        if (diagnostic.AdditionalLocations.Count == 0) return null;
        var place = diagnostic.AdditionalLocations[0];
        if (place.SourceTree?.GetRoot().FindNode(place.SourceSpan) is not ClassDeclarationSyntax type || !CanBeRecord(type)) return null;
        var file = document.Project.Solution.GetDocument(place.SourceTree);
        return file is null ? null : stop => ReplaceAsync(file, type, Record(type), stop);
    }

    // Another base class would have to be one too; parameters of records are properties.
    private static bool CanBeRecord(ClassDeclarationSyntax type)
        => type.BaseList is null && type.ParameterList is null && !type.Modifiers.Any(SyntaxKind.PartialKeyword);

    private static RecordDeclarationSyntax Record(ClassDeclarationSyntax type)
        => RecordDeclaration(
            SyntaxKind.RecordDeclaration, type.AttributeLists, type.Modifiers, Token(SyntaxKind.RecordKeyword).WithTriviaFrom(type.Keyword),
            default, type.Identifier, type.TypeParameterList, null, null, type.ConstraintClauses, type.OpenBraceToken, type.Members,
            type.CloseBraceToken, type.SemicolonToken);
}
