using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dataflow.Generators;

/// <summary>Makes known what keys of several parts are made of, so that they need no reflection.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class KeyGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var parts = context.SyntaxProvider.CreateSyntaxProvider(
                static (node, _) => node is InvocationExpressionSyntax
                {
                    Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "KeyBy" or "GroupBy" },
                },
                static (found, stop) => PartsOf((InvocationExpressionSyntax)found.Node, found.SemanticModel, stop))
            .Where(static found => found.Count > 0);
        var all = parts.Collect().Select(static (found, _) => new EquatableArray<string>(
            found.SelectMany(static one => one).Distinct().OrderBy(static part => part, StringComparer.Ordinal).ToImmutableArray()));
        context.RegisterSourceOutput(all, static (output, found) =>
        {
            if (found.Count > 0) output.AddSource("Keys.g.cs", CodecText.OfKeys(found));
        });
    }

    private static EquatableArray<string> PartsOf(InvocationExpressionSyntax call, SemanticModel model, CancellationToken stop)
    {
        if (model.GetSymbolInfo(call, stop).Symbol is not IMethodSymbol { ContainingAssembly.Name: "Dataflow" } verb) return default;
        return new(verb.TypeArguments.Where(CanBeNamed).SelectMany(MemberParts.Of).ToImmutableArray());
    }

    private static bool CanBeNamed(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => CanBeNamed(array.ElementType),
        INamedTypeSymbol named => named is { IsAnonymousType: false, TypeKind: not TypeKind.Error } && TypeFaults.IsVisible(named)
            && TypeText.ArgumentsOf(named).All(CanBeNamed),
        _ => false,
    };
}
