using System.Runtime.CompilerServices;

namespace Template._1;

/// <summary>Orders that are made up: twenty a second, each a second of event time after the one before.</summary>
public static class SampleOrders
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Items = ["tea", "coffee", "milk"];

    /// <summary>Returns the orders behind a number of orders, always the same ones: so no crash changes a result.</summary>
    public static async IAsyncEnumerable<Order> BehindAsync(long count, [EnumeratorCancellation] CancellationToken stop = default)
    {
        for (var number = count; ; number++)
        {
            yield return Create(number);
            await Task.Delay(TimeSpan.FromMilliseconds(50), stop);
        }
    }

    public static Order Create(long number)
    {
        var random = new Random((int)number);
        return new(Start.AddSeconds(number), Items[random.Next(Items.Length)], random.Next(1, 5));
    }
}
