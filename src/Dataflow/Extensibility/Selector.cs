using System.Runtime.CompilerServices;

namespace Dataflow.Extensibility;

/// <summary>A function of the user's, which takes its argument by value or by reference: for steps and aggregates that offer
/// both.</summary>
public readonly struct Selector<T, TResult>
{
    private readonly Func<T, TResult>? _byValue;
    private readonly InFunc<T, TResult>? _byReference;

    private Selector(Func<T, TResult>? byValue, InFunc<T, TResult>? byReference) => (_byValue, _byReference) = (byValue, byReference);

    /// <summary>Calls the function.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TResult Of(in T value) => _byValue is { } function ? function(value) : _byReference!(in value);

    /// <summary>Takes a function by value.</summary>
    public static implicit operator Selector<T, TResult>(Func<T, TResult> function) => new(function, null);

    /// <summary>Takes a function by reference.</summary>
    public static implicit operator Selector<T, TResult>(InFunc<T, TResult> function) => new(null, function);
}
