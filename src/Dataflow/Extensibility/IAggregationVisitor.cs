namespace Dataflow.Extensibility;

/// <summary>Receives an aggregate together with the type of its accumulator, which only the aggregate knows.</summary>
/// <remarks>With it a step keeps accumulators in state of their own type, without boxing.</remarks>
/// <example><code>
/// internal sealed class SoFarNodeOf&lt;TKey, T, TResult>(string name, Node&lt;Keyed&lt;TKey, T>> input)
///     : IAggregationVisitor&lt;T, TResult, Node&lt;Keyed&lt;TKey, T>, Keyed&lt;TKey, TResult>>>
///     where TKey : notnull
/// {
///     public Node&lt;Keyed&lt;TKey, T>, Keyed&lt;TKey, TResult>> Visit&lt;TAccumulator>(
///         Aggregation&lt;T, TAccumulator, TResult> aggregation)
///         => new SoFarNode&lt;TKey, T, TAccumulator, TResult>(name, input, aggregation);
/// }
/// </code></example>
/// <typeparam name="T">The type of the values.</typeparam>
/// <typeparam name="TResult">The type of the aggregate's result.</typeparam>
/// <typeparam name="TMade">The type of the visitor's result.</typeparam>
public interface IAggregationVisitor<T, TResult, TMade>
{
    /// <summary>Makes the visitor's result.</summary>
    /// <param name="aggregation">The aggregate that was asked to accept this.</param>
    TMade Visit<TAccumulator>(Aggregation<T, TAccumulator, TResult> aggregation);
}
