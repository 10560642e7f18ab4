using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace Dataflow.CodeFixes;

/// <summary>DATAFLOW011 and DATAFLOW015: makes the call in <c>MapAsync</c>, where <c>Select</c> made it and waited, or did not
/// wait.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class UseMapAsync() : CodeFix("Use MapAsync", "DATAFLOW011", "DATAFLOW015")
{
    private protected override Func<CancellationToken, Task<Solution>>? ChangeOf(
        Document document, SemanticModel model, SyntaxNode node, Diagnostic diagnostic)
    {
        if (node.FirstAncestorOrSelf<ArgumentSyntax>(argument => IsOfSelect(argument, model)) is not { } selector) return null;
        var name = ((MemberAccessExpressionSyntax)((InvocationExpressionSyntax)selector.Parent!.Parent!).Expression).Name;
        var changed = new Dictionary<SyntaxNode, SyntaxNode> { [name] = IdentifierName("MapAsync").WithTriviaFrom(name) };
        if (diagnostic.Id == "DATAFLOW011")
        {
            if (selector.Expression is not LambdaExpressionSyntax { ExpressionBody: { } body } || body != node) return null;
            if (WaitedFor(body) is not { } call || !IsTaskOfResult(model.GetTypeInfo(call).Type)) return null;
            changed[body] = call.WithTriviaFrom(body);
        }
        else if (model.GetSymbolInfo(name).Symbol is not IMethodSymbol method || !IsTaskOfResult(method.TypeArguments.Last())) return null;

        return stop => ReplaceAsync(document, changed, stop);
    }

    // The selector alone, or with the step's name by name: MapAsync has options in between. That of tables has a token too.
    private static bool IsOfSelect(ArgumentSyntax argument, SemanticModel model)
        => argument.Parent?.Parent is InvocationExpressionSyntax
        {
            Expression: MemberAccessExpressionSyntax { Name: IdentifierNameSyntax { Identifier.ValueText: "Select" } } called,
        } call && call.ArgumentList.Arguments[0] == argument && argument.NameColon is null
            && call.ArgumentList.Arguments.Skip(1).All(static other => other.NameColon is not null)
            && model.GetTypeInfo(called.Expression).Type is { Name: "Stream" or "KeyedStream", ContainingNamespace.Name: "Dataflow" };

    private static ExpressionSyntax? WaitedFor(ExpressionSyntax body) => body switch
    {
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Result" } result => result.Expression,
        InvocationExpressionSyntax
        {
            Expression: MemberAccessExpressionSyntax
            {
                Name.Identifier.ValueText: "GetResult",
                Expression: InvocationExpressionSyntax
                {
                    Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetAwaiter" } awaiter,
                },
            },
        } => awaiter.Expression,
        _ => null,
    };

    private static bool IsTaskOfResult(ITypeSymbol? type) => type is INamedTypeSymbol { Name: "Task", Arity: 1 };
}
