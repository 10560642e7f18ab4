using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>Code that a job calls for each record: a lambda given to a verb, or an overridden method of a step.</summary>
/// <param name="Name">The verb or the method.</param>
/// <param name="Root">The lambda, or the body of the method.</param>
/// <param name="Call">The call of the verb; null: it is a method.</param>
/// <param name="IsAsync">Whether the job goes on with other records before the result is there.</param>
internal sealed record StepCode(string Name, IOperation Root, IInvocationOperation? Call, bool IsAsync)
{
    private static readonly HashSet<string> Steps =
    [
        "KeyedProcess`3", "KeyedProcess`4", "BroadcastProcess`4", "Operator", "Operator`1", "Operator`2", "Operator`3",
        "CallingOperator`3", "Aggregation`3", "InPlaceAggregation`4",
    ];

    /// <summary>Called once, or by the clock.</summary>
    private static readonly HashSet<string> NotForRecords =
        ["Open", "Close", "Declare", "Finish", "Committed", "Poll", "EndOfBatch", "Capture", "Idle"];

    /// <summary>Returns the code that an operation is part of; null: no job calls it, or it cannot be seen.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="member">The member whose code holds it.</param>
    public static StepCode? Around(IOperation operation, ISymbol member)
    {
        var root = operation;
        for (; root.Parent is not null; root = root.Parent)
        {
            if (root is IAnonymousFunctionOperation lambda && Verbs.CallWith(lambda) is { } call && Verbs.IsVerb(call.TargetMethod))
                return OfLambda(lambda, call);
        }

        return member is IMethodSymbol method ? OfMethod(method, root) : null;
    }

    /// <summary>Returns the code of a lambda that a verb was given; null: it only describes, or makes a step.</summary>
    private static StepCode? OfLambda(IAnonymousFunctionOperation lambda, IInvocationOperation call)
        => lambda.Symbol.Parameters.IsEmpty || lambda.Symbol.Parameters.Any(static parameter => Describes(parameter.Type))
            ? null : new(call.TargetMethod.Name, lambda, call, lambda.Symbol.IsAsync || Verbs.IsTask(lambda.Symbol.ReturnType));

    private static bool Describes(ITypeSymbol type)
        => Verbs.IsBuilder(type) || (type.Name is "Node" or "SecondInput" && Verbs.IsOurs(type));

    private static StepCode? OfMethod(IMethodSymbol method, IOperation root)
    {
        if (!method.IsOverride || method.MethodKind != MethodKind.Ordinary || NotForRecords.Contains(method.Name)) return null;
        var declared = method;
        while (declared.OverriddenMethod is { } above) declared = above;
        return Steps.Contains(declared.ContainingType.MetadataName) && Verbs.IsOurs(declared)
            ? new($"{method.ContainingType.Name}.{method.Name}", root, null, Verbs.IsTask(method.ReturnType)) : null;
    }
}
