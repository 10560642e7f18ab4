using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace Dataflow.CodeFixes;

/// <summary>DATAFLOW014: ends the job when the block that has it is left.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class AwaitUsing() : CodeFix("Dispose the job at the end of the block", "DATAFLOW014")
{
    private protected override Func<CancellationToken, Task<Solution>>? ChangeOf(
        Document document, SemanticModel model, SyntaxNode node, Diagnostic diagnostic)
    {
        if (node.FirstAncestorOrSelf<StatementSyntax>() is not LocalDeclarationStatementSyntax statement) return null;
        if (statement.Declaration.Variables.Count != 1 || statement.Parent is not (BlockSyntax or GlobalStatementSyntax)) return null;
        var disposed = statement.WithoutLeadingTrivia()
            .WithAwaitKeyword(Token(SyntaxKind.AwaitKeyword).WithTrailingTrivia(Space))
            .WithUsingKeyword(Token(SyntaxKind.UsingKeyword).WithTrailingTrivia(Space))
            .WithLeadingTrivia(statement.GetLeadingTrivia());
        return stop => ReplaceAsync(document, statement, disposed, stop);
    }
}
