using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace Dataflow.CodeFixes;

/// <summary>DATAFLOW008: keeps a copy of the text.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class KeepText() : CodeFix("Keep a copy of the text", "DATAFLOW008")
{
    private protected override Func<CancellationToken, Task<Solution>>? ChangeOf(
        Document document, SemanticModel model, SyntaxNode node, Diagnostic diagnostic)
    {
        if (node is not ExpressionSyntax text) return null;
        var whole = text is NameSyntax or MemberAccessExpressionSyntax ? text : ParenthesizedExpression(text.WithoutTrivia());
        var kept = InvocationExpression(
            MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, whole, IdentifierName("Keep")));
        return stop => ReplaceAsync(document, text, kept, stop);
    }
}
