using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>DATAFLOW011: a step waits for something, and all that its worker does waits with it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BlockingAnalyzer() : PipelineAnalyzer(Rule)
{
    private static readonly DiagnosticDescriptor Rule = Rules.Warning(
        "DATAFLOW011", "A step blocks its worker",
        "'{0}' in '{1}' blocks the worker, with all steps and keys that it has. Make the call in MapAsync, which keeps many of them in "
            + "flight.");

    private protected override void Register(CompilationStartAnalysisContext start)
        => start.RegisterOperationAction(Check, OperationKind.PropertyReference, OperationKind.Invocation);

    private void Check(OperationAnalysisContext context)
    {
        if (NameOf(context.Operation) is not { } name) return;
        if (StepCode.Around(context.Operation, context.ContainingSymbol) is not { IsAsync: false } code) return;
        if (!AsksFirst(code.Root)) Report(context, context.Operation, name, code.Name);
    }

    private static string? NameOf(IOperation operation) => operation switch
    {
        IPropertyReferenceOperation { Property: { Name: "Result" } property } => Verbs.IsTask(property.ContainingType) ? "Result" : null,
        IInvocationOperation { TargetMethod: var method } => Blocks(method) ? method.Name : null,
        _ => null,
    };

    private static bool Blocks(IMethodSymbol method) => method.Name switch
    {
        "Wait" or "WaitAll" or "WaitAny" => Verbs.IsTask(method.ContainingType),
        "GetResult" => method.ContainingType.Name.EndsWith("TaskAwaiter", StringComparison.Ordinal)
            && method.ContainingNamespace.ToDisplayString() == "System.Runtime.CompilerServices",
        "Sleep" => method.ContainingType.ToDisplayString() == "System.Threading.Thread",
        "Send" => method.ContainingType.ToDisplayString() is "System.Net.Http.HttpClient" or "System.Net.Http.HttpMessageInvoker",
        "ReadAllText" or "ReadAllLines" or "ReadAllBytes" or "ReadLines" => method.ContainingType.ToDisplayString() == "System.IO.File",
        _ => false,
    };

    // What is done already is not waited for.
    private static bool AsksFirst(IOperation code)
        => code.Descendants().OfType<IPropertyReferenceOperation>()
            .Any(static asked => asked.Property.Name is "IsCompleted" or "IsCompletedSuccessfully");
}
