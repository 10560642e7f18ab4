using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>DATAFLOW013: a pipeline is described and nobody runs it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnrunPipelineAnalyzer() : PipelineAnalyzer(Rule)
{
    private static readonly DiagnosticDescriptor Rule = Rules.Warning(
        "DATAFLOW013", "The pipeline is never run",
        "Pipeline '{0}' has steps, but is never run: nothing is read or written. Call RunAsync, StartAsync or Explain, or hand it on.");

    private protected override void Register(CompilationStartAnalysisContext start)
        => start.RegisterOperationAction(Check, OperationKind.ObjectCreation);

    private void Check(OperationAnalysisContext context)
    {
        var made = (IObjectCreationOperation)context.Operation;
        if (made.Type is not { Name: "Pipeline" } || !Verbs.IsBuilder(made.Type)) return;
        if (made.Parent is not IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: var local } }) return;
        if (made.Root().UsesOf(local).Any() && new Building(made).IsAll(local)) Report(context, made, local.Name);
    }
}
