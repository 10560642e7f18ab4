namespace Dataflow;

/// <summary>Makes one value of another by an asynchronous call.</summary>
public static class MapAsyncStep
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Replaces each value by what an asynchronous call makes of it; the order stays.</summary>
        /// <remarks>After a crash the calls since the last checkpoint are made again. A call that fails stops the job.</remarks>
        /// <param name="map">Starts the call; called on the task's thread, must not block.</param>
        /// <param name="concurrency">How many calls may be in flight in one worker.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        public Stream<TOut> MapAsync<TOut>(Func<T, Task<TOut>> map, int concurrency = 16, string name = "map-async")
        {
            ArgumentNullException.ThrowIfNull(map);
            ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
            return stream.Add(input => new MapAsyncNode<T, TOut>(name, input, map, concurrency));
        }
    }
}

internal sealed record MapAsyncNode<TIn, TOut>(
    string Name, Node<TIn> Input, Func<TIn, Task<TOut>> Map, int Concurrency) : Node<TIn, TOut>(Name, Input)
{
    internal override string Detail => $"{Concurrency} in flight";

    public override Operator<TIn, TOut> CreateOperator() => new MapAsyncOperator<TIn, TOut>(Map, Concurrency);
}

internal sealed class MapAsyncOperator<TIn, TOut>(Func<TIn, Task<TOut>> map, int concurrency)
    : AsyncOperator<TIn, TOut>(concurrency)
{
    protected override Task<TOut> StartAsync(TIn value) => map(value);
}
