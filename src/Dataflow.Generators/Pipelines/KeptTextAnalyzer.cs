using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>DATAFLOW008: a text that is a slice of its batch is kept where the batch has ended.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class KeptTextAnalyzer() : PipelineAnalyzer(Rule)
{
    private static readonly HashSet<string> Adding = ["Add", "TryAdd", "Enqueue", "Push", "AddFirst", "AddLast", "Insert"];

    private static readonly DiagnosticDescriptor Rule = Rules.Warning(
        "DATAFLOW008", "A text is kept beyond its batch",
        "'{0}' is a slice of its batch, and '{1}' keeps it when the batch has ended. Keep a copy: {0}.Keep().");

    private protected override void Register(CompilationStartAnalysisContext start)
    {
        if (start.Compilation.GetTypeByMetadataName("Dataflow.Utf8") is not { } text) return;
        start.RegisterOperationAction(
            context => CheckAssignment(context, text), OperationKind.SimpleAssignment, OperationKind.CoalesceAssignment);
        start.RegisterOperationAction(context => CheckCall(context, text), OperationKind.Invocation);
    }

    private void CheckAssignment(OperationAnalysisContext context, INamedTypeSymbol text)
    {
        var assigned = (IAssignmentOperation)context.Operation;
        Check(context, text, assigned.Target, assigned.Value);
        if (assigned.Target is IPropertyReferenceOperation { Arguments: var keys })
            foreach (var key in keys) Check(context, text, assigned.Target, key.Value);
    }

    private void CheckCall(OperationAnalysisContext context, INamedTypeSymbol text)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.Instance is not { } collection || !Adding.Contains(call.TargetMethod.Name) || !IsCollection(collection.Type)) return;
        foreach (var argument in call.Arguments) Check(context, text, collection, argument.Value);
    }

    private void Check(OperationAnalysisContext context, INamedTypeSymbol text, IOperation target, IOperation value)
    {
        while (value is IConversionOperation { IsImplicit: true } conversion) value = conversion.Operand;
        if (!SymbolEqualityComparer.Default.Equals(value.Type, text)) return;
        if (StepCode.Around(context.Operation, context.ContainingSymbol) is not { IsAsync: false } code) return; // whose records are kept
        if (code.Call is { TargetMethod.Name: "Aggregate" }) return; // results come from state
        if (Outlives(target, code) && IsOfBatch(value, code)) Report(context, value, value.Syntax.ToString(), code.Name);
    }

    private static bool IsCollection(ITypeSymbol? type)
        => type?.ContainingNamespace.ToDisplayString().StartsWith("System.Collections", StringComparison.Ordinal) == true;

    // Records, and what the engine keeps itself (state, accumulators), come as parameters; states are types of Dataflow.
    private static bool Outlives(IOperation? place, StepCode code) => place switch
    {
        IPropertyReferenceOperation property when Verbs.IsOurs(property.Property) && property.Property.ContainingType.Name.EndsWith(
            "State", StringComparison.Ordinal) => false,
        IMemberReferenceOperation { Instance: null } => true,
        IMemberReferenceOperation member => Outlives(member.Instance, code),
        IArrayElementReferenceOperation element => Outlives(element.ArrayReference, code),
        IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } => true,
        ILocalReferenceOperation local => !IsIn(local.Local, code),
        IParameterReferenceOperation parameter => !IsIn(parameter.Parameter, code),
        _ => false,
    };

    private static bool IsOfBatch(IOperation? value, StepCode code) => value switch
    {
        IPropertyReferenceOperation property when Verbs.IsOurs(property.Property) && property.Property.Name == "Key" => false, // kept
        IMemberReferenceOperation member => IsOfBatch(member.Instance, code),
        IParameterReferenceOperation { Parameter: var parameter } => parameter.RefKind != RefKind.Ref && IsIn(parameter, code),
        ILocalReferenceOperation { Local: var local } => IsIn(local, code) && IsOfBatch(InitialOf(local, code.Root), code),
        IConversionOperation conversion => IsOfBatch(conversion.Operand, code),
        _ => false,
    };

    private static IOperation? InitialOf(ILocalSymbol local, IOperation root)
        => root.Descendants().OfType<IVariableDeclaratorOperation>()
            .FirstOrDefault(made => SymbolEqualityComparer.Default.Equals(made.Symbol, local))?.Initializer?.Value;

    private static bool IsIn(ISymbol symbol, StepCode code)
        => code.Call is null || symbol.DeclaringSyntaxReferences.Any(found => code.Root.Syntax.Span.Contains(found.Span));
}
