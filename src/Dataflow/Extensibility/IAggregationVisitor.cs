namespace Dataflow.Extensibility;

/// <summary>Makes something of an aggregate whose accumulator has a type that only the aggregate knows.</summary>
/// <remarks>So that a step keeps accumulators as they are, in state of their own type: none is boxed.</remarks>
/// <example><code>
/// internal sealed class SoFarNodeOf&lt;TKey, T, TResult>(string name, Node&lt;Keyed&lt;TKey, T>> input)
///     : IAggregationVisitor&lt;T, TResult, Node&lt;Keyed&lt;TKey, T>, Keyed&lt;TKey, TResult>>>
///     where TKey : notnull
/// {
///     public Node&lt;Keyed&lt;TKey, T>, Keyed&lt;TKey, TResult>> Visit&lt;TAccumulator>(Aggregation&lt;T, TAccumulator, TResult> aggregation)
///         => new SoFarNode&lt;TKey, T, TAccumulator, TResult>(name, input, aggregation);
/// }
/// </code></example>
/// <typeparam name="T">What is aggregated.</typeparam>
/// <typeparam name="TResult">What comes out.</typeparam>
/// <typeparam name="TMade">What is made of the aggregate.</typeparam>
public interface IAggregationVisitor<T, TResult, TMade>
{
    /// <summary>Makes it.</summary>
    /// <param name="aggregation">The aggregate that was asked to accept this.</param>
    TMade Visit<TAccumulator>(Aggregation<T, TAccumulator, TResult> aggregation);
}
