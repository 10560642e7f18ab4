using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>DATAFLOW010: a step asks the clock or chance, so that it gives another result after a restart.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ClockAnalyzer() : PipelineAnalyzer(Rule)
{
    private const string Time = "Use the time of the record, or let the source put it into the record.";
    private const string Chance = "Derive it from the record, or let the source put it into the record.";

    /// <summary>Takes the name of a time from a record by itself: there the clock is a choice.</summary>
    private const string EventTime = "WithEventTime";

    private static readonly DiagnosticDescriptor Rule = Rules.Warning(
        "DATAFLOW010", "A step asks the clock or chance",
        "'{0}' in '{1}' gives another result when the record is processed again, as after a crash. {2}");

    private protected override void Register(CompilationStartAnalysisContext start)
        => start.RegisterOperationAction(
            Check, OperationKind.PropertyReference, OperationKind.Invocation, OperationKind.ObjectCreation);

    private void Check(OperationAnalysisContext context)
    {
        if (RemedyOf(context.Operation) is not { } remedy) return;
        if (StepCode.Around(context.Operation, context.ContainingSymbol) is not { IsAsync: false, Name: not EventTime } code) return;
        Report(context, context.Operation, context.Operation.Syntax.ToString(), code.Name, remedy);
    }

    private static string? RemedyOf(IOperation operation) => operation switch
    {
        IPropertyReferenceOperation { Property: { IsStatic: true } property } => (property.Name, property.ContainingType.Name) switch
        {
            ("Now" or "UtcNow" or "Today", "DateTime" or "DateTimeOffset") => OfSystem(property, Time),
            ("TickCount" or "TickCount64", "Environment") => OfSystem(property, Time),
            ("Shared", "Random") => OfSystem(property, Chance),
            _ => null,
        },
        IInvocationOperation { TargetMethod: { IsStatic: true } method } => (method.Name, method.ContainingType.Name) switch
        {
            ("NewGuid" or "CreateVersion7", "Guid") => OfSystem(method, Chance),
            ("GetTimestamp", "Stopwatch") => Time,
            _ => null,
        },
        IObjectCreationOperation { Arguments.IsEmpty: true, Type: { Name: "Random" } type } => OfSystem(type, Chance),
        _ => null,
    };

    private static string? OfSystem(ISymbol symbol, string remedy)
        => symbol.ContainingNamespace is { Name: "System", ContainingNamespace.IsGlobalNamespace: true } ? remedy : null;
}
