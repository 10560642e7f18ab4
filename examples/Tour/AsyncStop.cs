using Dataflow;

namespace Tour;

/// <summary>Calls to a service that is slow and fails now and then; rows from elsewhere, kept in a cache; results in lists of
/// three.</summary>
internal static class AsyncStop
{
    private static int s_calls;

    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("async");
        var orders = Shop.OrdersOf(pipeline);
        var shelves = orders.Lookup(
            order => order.Item, FindAsync, (order, item) => $"order {order.Id}: {item.Name} from the shelf {item.Shelf}");
        var phones = orders.KeyBy(order => order.Customer)
            .LeftLookup(FindPhoneAsync, (order, phone) => $"order {order.Id}: {order.Customer}, {phone ?? "no phone"}", name: "phones");
        orders
            .MapAsync(
                ScoreAsync,
                new AsyncOptions { Concurrency = 4, Timeout = TimeSpan.FromSeconds(2), Attempts = 5,
                    RetryDelay = TimeSpan.FromMilliseconds(5) })
            .Batch(3)
            .Select(batch => string.Join(" | ", batch))
            .Union(shelves)
            .Union(phones.Values())
            .To(Sink.Console<string>());
        await Shop.RunAsync(pipeline);
        Console.WriteLine($"{Shop.Orders.Count} orders, {s_calls} calls");
    }

    private static Task<Item?> FindAsync(string name, CancellationToken cancellationToken)
        => Task.FromResult(Shop.Items.FirstOrDefault(item => item.Name == name));

    private static Task<string?> FindPhoneAsync(string customer, CancellationToken cancellationToken)
        => Task.FromResult(customer == "ada" ? "7000" : null);

    private static async Task<string> ScoreAsync(Order order, CancellationToken cancellationToken)
    {
        var call = Interlocked.Increment(ref s_calls);
        await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
        return call % 3 == 0 ? throw new TimeoutException("The service is busy.") : $"order {order.Id} scores {order.Pieces * 7 % 10}";
    }
}
