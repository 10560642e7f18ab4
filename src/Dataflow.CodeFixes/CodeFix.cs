using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Dataflow.CodeFixes;

/// <summary>Offers one change for each diagnostic, where it is safe.</summary>
/// <param name="title">The change, as editors show it.</param>
/// <param name="ids">The rules whose diagnostics it mends.</param>
public abstract class CodeFix(string title, params string[] ids) : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds { get; } = [.. ids];

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            var node = root!.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
            if (ChangeOf(context.Document, model!, node, diagnostic) is { } change)
                context.RegisterCodeFix(CodeAction.Create(title, change, equivalenceKey: title), diagnostic);
        }
    }

    /// <summary>Returns the change for a diagnostic; null if none is safe.</summary>
    /// <param name="document">The file.</param>
    /// <param name="model">Its meaning.</param>
    /// <param name="node">The code that the diagnostic is about.</param>
    /// <param name="diagnostic">The diagnostic.</param>
    private protected abstract Func<CancellationToken, Task<Solution>>? ChangeOf(
        Document document, SemanticModel model, SyntaxNode node, Diagnostic diagnostic);

    /// <summary>Puts nodes in the place of others in one file.</summary>
    private protected static async Task<Solution> ReplaceAsync(
        Document document, IReadOnlyDictionary<SyntaxNode, SyntaxNode> nodes, CancellationToken stop)
    {
        var root = await document.GetSyntaxRootAsync(stop).ConfigureAwait(false);
        return document.WithSyntaxRoot(root!.ReplaceNodes(nodes.Keys, (old, _) => nodes[old])).Project.Solution;
    }

    private protected static Task<Solution> ReplaceAsync(Document document, SyntaxNode old, SyntaxNode node, CancellationToken stop)
        => ReplaceAsync(document, new Dictionary<SyntaxNode, SyntaxNode> { [old] = node }, stop);
}
