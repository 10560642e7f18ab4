using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>DATAFLOW014: a job is started, and the code that has it neither ends it nor hands it on.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UndisposedJobAnalyzer() : PipelineAnalyzer(Rule)
{
    private static readonly DiagnosticDescriptor Rule = Rules.Warning(
        "DATAFLOW014", "The job is not ended",
        "The job that StartAsync returns is neither disposed nor awaited here, so it runs on when this code is left. Write 'await using "
            + "var job = await ...', or hand it on.");

    private protected override void Register(CompilationStartAnalysisContext start)
        => start.RegisterOperationAction(Check, OperationKind.Await);

    private void Check(OperationAnalysisContext context)
    {
        var started = (IAwaitOperation)context.Operation;
        if (started.Type is not { Name: "Job" } || !Verbs.IsOurs(started.Type) || !IsStart(started.Operation)) return;
        if (started.Parent is IExpressionStatementOperation { IsImplicit: false }) Report(context, started); // not () => await ...
        if (started.Parent is not IVariableInitializerOperation { Parent: IVariableDeclaratorOperation made }) return;
        if (!made.Symbol.IsUsing && started.Root().UsesOf(made.Symbol).All(use => LeavesRunning(use, made))) Report(context, started);
    }

    private static bool IsStart(IOperation operation) => operation switch
    {
        IInvocationOperation { TargetMethod.Name: "ConfigureAwait", Instance: { } task } => IsStart(task),
        IInvocationOperation call => call.TargetMethod.Name == "StartAsync" && Verbs.IsVerb(call.TargetMethod),
        _ => false,
    };

    private static bool LeavesRunning(IOperation use, IOperation made)
        => ReferenceEquals(use.Function(), made.Function()) && use.Parent switch
        {
            IInvocationOperation { Instance: { } of } call => of == use
                && call.TargetMethod.Name is not ("DisposeAsync" or "CancelAsync" or "StopAsync" or "DrainAsync"),
            IPropertyReferenceOperation property => property.Property.Name != "Completion",
            _ => false,
        };
}
