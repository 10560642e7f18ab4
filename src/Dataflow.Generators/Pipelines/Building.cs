using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>Follows a pipeline, and the streams that are made of it, through the function that has them.</summary>
/// <param name="start">An operation of that function.</param>
internal sealed class Building(IOperation start)
{
    private readonly IOperation _root = start.Root();
    private readonly IOperation? _function = start.Function();
    private readonly HashSet<ILocalSymbol> _seen = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a call only adds to a pipeline: it returns nothing, or another part of one.</summary>
    public static bool Adds(IMethodSymbol method)
        => Verbs.IsVerb(method) && (method.ReturnsVoid || Verbs.IsBuilder(method.ReturnType));

    /// <summary>Whether a local serves only to add steps. What is returned, handed on or captured, others may run.</summary>
    public bool IsAll(ILocalSymbol local)
        => !_seen.Add(local) || _root.UsesOf(local).All(use => ReferenceEquals(use.Function(), _function) && IsAll(use));

    private bool IsAll(IOperation value) => value.Parent switch
    {
        IExpressionStatementOperation => true,
        IConversionOperation conversion => IsAll(conversion),
        IVariableInitializerOperation { Parent: IVariableDeclaratorOperation made } => IsAll(made.Symbol),
        IPropertyReferenceOperation property => Verbs.IsBuilder(property.Type) && IsAll(property),
        IInvocationOperation call => IsAdding(call),
        IArgumentOperation { Parent: IInvocationOperation call } => IsAdding(call),
        _ => false,
    };

    private bool IsAdding(IInvocationOperation call)
        => Adds(call.TargetMethod) && IsAll(call) && call.Arguments.All(argument => argument.Parameter?.RefKind != RefKind.Out
            || argument.Value is IDiscardOperation
            || (argument.Value is IDeclarationExpressionOperation { Expression: ILocalReferenceOperation made } && IsAll(made.Local)));
}
