using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>Steps through the code around an operation.</summary>
internal static class Operations
{
    /// <summary>The body of the member that holds an operation.</summary>
    public static IOperation Root(this IOperation operation)
    {
        while (operation.Parent is { } above) operation = above;
        return operation;
    }

    /// <summary>The lambda or local function that holds an operation; null: the member itself.</summary>
    public static IOperation? Function(this IOperation operation)
    {
        var above = operation.Parent;
        while (above is not (null or IAnonymousFunctionOperation or ILocalFunctionOperation)) above = above.Parent;
        return above;
    }

    public static IEnumerable<ILocalReferenceOperation> UsesOf(this IOperation root, ILocalSymbol local)
        => root.Descendants().OfType<ILocalReferenceOperation>()
            .Where(use => !use.IsDeclaration && SymbolEqualityComparer.Default.Equals(use.Local, local));
}
