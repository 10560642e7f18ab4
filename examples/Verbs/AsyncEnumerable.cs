using System.Runtime.CompilerServices;
using Dataflow;

namespace Verbs;

/// <summary>The pages of a service, as a source.</summary>
internal static class AsyncEnumerableExample
{
    private static readonly Order[] s_orders = [new(0, "ada", "tea", 2), new(1, "bob", "cups", 1), new(2, "eve", "tea", 4)];

    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("async-enumerable");
        pipeline.From(Source.AsyncEnumerable(from => OrdersAsync((int)from), "orders"))
            .To(Sink.Console<Order>(order => $"{order.Customer}: {order.Pieces}"));

        await pipeline.RunInMemoryAsync();

        async IAsyncEnumerable<Order> OrdersAsync(int from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            for (var page = await PageAsync(from, cancellationToken); page.Length > 0; page = await PageAsync(from, cancellationToken))
            {
                foreach (var order in page) yield return order;
                from += page.Length;
            }
        }
    }

    /// <summary>Asks a service for the orders from a number on, two at once.</summary>
    private static async Task<Order[]> PageAsync(int from, CancellationToken cancellationToken)
    {
        await Task.Delay(1, cancellationToken);
        return [.. s_orders.Skip(from).Take(2)];
    }
}
