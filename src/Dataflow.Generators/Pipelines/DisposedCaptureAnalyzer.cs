using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace Dataflow.Generators;

/// <summary>DATAFLOW012: a step uses an object that is disposed before any job can call the step.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DisposedCaptureAnalyzer() : PipelineAnalyzer(Rule)
{
    private static readonly DiagnosticDescriptor Rule = Rules.Warning(
        "DATAFLOW012", "A step uses an object that is disposed before the job runs",
        "'{0}' is disposed before a job calls this code of '{1}'. Dispose it when the job has ended, or run the pipeline before.");

    private protected override void Register(CompilationStartAnalysisContext start)
        => start.RegisterOperationAction(Check, OperationKind.AnonymousFunction);

    private void Check(OperationAnalysisContext context)
    {
        var lambda = (IAnonymousFunctionOperation)context.Operation;
        if (Verbs.CallWith(lambda) is not { } call || !Verbs.IsVerb(call.TargetMethod)) return;
        var told = new HashSet<ILocalSymbol>(SymbolEqualityComparer.Default);
        foreach (var use in lambda.Descendants().OfType<ILocalReferenceOperation>())
        {
            if (IsDisposable(use.Local.Type) && EndOf(use.Local, call) is { } end && !MayRun(call, end) && told.Add(use.Local))
                Report(context, use, use.Local.Name, call.TargetMethod.Name);
        }
    }

    private static bool IsDisposable(ITypeSymbol type)
        => type.AllInterfaces.Any(static found => found.SpecialType == SpecialType.System_IDisposable
            || found is { Name: "IAsyncDisposable", ContainingNamespace.Name: "System" });

    /// <summary>Returns the place at which a local is disposed; null: it is not, or it is of another function than the call, which may be
    /// called while it lives.</summary>
    private static int? EndOf(ILocalSymbol local, IInvocationOperation call)
    {
        var declared = call.Root().Descendants().OfType<IVariableDeclaratorOperation>()
            .FirstOrDefault(made => SymbolEqualityComparer.Default.Equals(made.Symbol, local));
        if (declared is null || !ReferenceEquals(declared.Function(), call.Function())) return null;
        if (local.IsUsing) return ScopeOf(declared.Syntax.FirstAncestorOrSelf<StatementSyntax>()!).Span.End;
        return call.Root().UsesOf(local).Select(static use => use.Parent).OfType<IInvocationOperation>()
            .FirstOrDefault(used => used.TargetMethod.Name is "Dispose" or "DisposeAsync" && used.Syntax.SpanStart > call.Syntax.Span.End
                && ReferenceEquals(used.Function(), call.Function()))?.Syntax.SpanStart;
    }

    private static SyntaxNode ScopeOf(StatementSyntax statement) => statement switch
    {
        UsingStatementSyntax => statement,
        { Parent: GlobalStatementSyntax { Parent: { } program } } => program,
        _ => statement.Parent!,
    };

    /// <summary>Whether something between a call and a place may run the pipeline: all that does not build it.</summary>
    private static bool MayRun(IInvocationOperation call, int end)
    {
        var between = TextSpan.FromBounds(call.Syntax.Span.End, Math.Max(call.Syntax.Span.End, end));
        return call.Root().Descendants().Any(after => between.Contains(after.Syntax.Span.End)
            && after is IAwaitOperation or IInvocationOperation or IObjectCreationOperation
            && ReferenceEquals(after.Function(), call.Function()) && !Builds(after));
    }

    private static bool Builds(IOperation operation)
        => operation is IInvocationOperation call && Verbs.IsOurs(call.TargetMethod)
            && (Building.Adds(call.TargetMethod) || call.TargetMethod.ContainingType.Name is "Sink" or "Source" or "Topic");
}
