using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>DATAFLOW015: nobody awaits what a lambda has begun: the stream would hold tasks, or the lambda is <c>async void</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AsyncLambdaAnalyzer() : PipelineAnalyzer(Rule)
{
    private static readonly DiagnosticDescriptor Rule = Rules.Warning(
        "DATAFLOW015", "The task of the lambda is not awaited", "{0}");

    private protected override void Register(CompilationStartAnalysisContext start)
    {
        start.RegisterOperationAction(CheckSelect, OperationKind.Invocation);
        start.RegisterOperationAction(CheckVoid, OperationKind.DelegateCreation);
    }

    private void CheckSelect(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        var method = call.TargetMethod;
        if (method is not { Name: "Select", IsGenericMethod: true } || !Verbs.IsTask(method.TypeArguments.Last())) return;
        if (!Verbs.IsVerb(method)) return;
        var selector = call.Arguments.FirstOrDefault(static argument => argument.Parameter?.Name == "selector");
        Report(context, selector?.Value ?? call,
            "'Select' makes a stream of tasks, which can be neither awaited nor written there. Use MapAsync, which hands on their "
                + "results.");
    }

    private void CheckVoid(OperationAnalysisContext context)
    {
        var made = ((IDelegateCreationOperation)context.Operation).Target;
        var method = made switch
        {
            IAnonymousFunctionOperation lambda => lambda.Symbol,
            IMethodReferenceOperation reference => reference.Method,
            _ => null,
        };
        if (method is not { IsAsync: true, ReturnsVoid: true } || Verbs.CallWith(made) is not { } call) return;
        Report(context, made,
            $"'{call.TargetMethod.Name}' cannot await this code (async void): it goes on before the code has ended, and what the code "
                + "throws ends the process. Await before the call, or for each record in MapAsync.");
    }
}
