using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>Knows the methods that build pipelines: those of Dataflow, on streams, tables, aggregates and the like.</summary>
internal static class Verbs
{
    private static readonly HashSet<string> Builders =
    [
        "Pipeline", "Stream`1", "KeyedStream`2", "Table`2", "GroupedTable`2", "IGrouped`3", "WindowedStream`1", "WindowedStream`2",
        "Aggregates`1", "TableAggregates`1", "Aggregation`2", "Aggregation`3", "Pattern", "Pattern`1", "Rules`1", "FeatureViewBuilder`1",
    ];

    /// <summary>Whether a symbol is of one of Dataflow's packages.</summary>
    public static bool IsOurs(ISymbol symbol)
        => symbol.ContainingAssembly?.Name is { } assembly
            && (assembly == "Dataflow" || assembly.StartsWith("Dataflow.", StringComparison.Ordinal));

    /// <summary>Whether values of a type describe a part of a pipeline.</summary>
    public static bool IsBuilder(ITypeSymbol? type)
        => type is INamedTypeSymbol named && Builders.Contains(named.MetadataName) && IsOurs(named);

    public static bool IsVerb(IMethodSymbol method) => IsOurs(method) && IsBuilder(ReceiverOf(method));

    /// <summary>Returns the call of Dataflow that a lambda or another value is an argument of; null if there is none.</summary>
    public static IInvocationOperation? CallWith(IOperation value)
        => ArgumentOf(value) is { Parent: IInvocationOperation call } && IsOurs(call.TargetMethod) ? call : null;

    /// <summary>Whether a type is that of results which are not there yet.</summary>
    public static bool IsTask(ITypeSymbol type)
        => type is { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks", ContainingNamespace.Name: "Threading" } };

    // The delegate, and the list where a verb takes several.
    private static IArgumentOperation? ArgumentOf(IOperation value)
    {
        var above = value.Parent;
        while (above is IDelegateCreationOperation or IConversionOperation or ICollectionExpressionOperation or IArrayInitializerOperation
            or IArrayCreationOperation) above = above.Parent;
        return above as IArgumentOperation;
    }

    // Of members of C# 14's extension blocks, and of what older compilers see of them.
    private static ITypeSymbol ReceiverOf(IMethodSymbol method)
        => method.ContainingType.ExtensionParameter is { } extended ? extended.Type
            : method.IsExtensionMethod ? (method.ReducedFrom ?? method).Parameters[0].Type : method.ContainingType;
}
