namespace Showcase;

/// <summary>A service elsewhere that says how likely an order is a fraud, and takes its time.</summary>
internal static class Risk
{
    private static readonly TimeSpan s_answer = TimeSpan.FromMilliseconds(9);

    public static async Task<CheckedOrder> CheckAsync(CheckedOrder order, CancellationToken cancellationToken)
    {
        await Task.Delay(s_answer, cancellationToken);
        return order with { Risk = new Random(order.Order.Cents).NextDouble() };
    }
}
