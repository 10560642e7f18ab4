namespace Dataflow.Tests.Docs;

/// <summary>The examples of the tour run, each to its end.</summary>
public class TourTests
{
    [Theory]
    [InlineData("steps", "new     eve, with order 4")]
    [InlineData("aggregates", "items   3 of them for about 3 customers, tea first; the cheapest is cups, 2 times; most pieces in order 3")]
    [InlineData("windows", "visit   ada 09:00: 2 orders, tea, cups")]
    [InlineData("joins", "order 2 of bob: not paid in time")]
    [InlineData("joins", "order 4: tea at 4.50, listed at 4.40")]
    [InlineData("joins", "order 5 costs much: above 13")]
    [InlineData("window-joins", "only ordered: 3")]
    [InlineData("tables", "ada: order 8 is the newest, the dearest: 6, 3")]
    [InlineData("tables", "13 pieces on the shelf left")]
    [InlineData("process", "eve is quiet since 09:33")]
    [InlineData("process", "ada is quiet since 09:03")]
    [InlineData("patterns", "ada: 2, then 4, then 2 pieces")]
    [InlineData("async", "order 3: cups from the shelf left")]
    [InlineData("async", "order 4: eve, no phone")]
    [InlineData("async", "order 8 scores 7")]
    [InlineData("quality", "alert: order 3 breaks rule 'pieces': 4, not 1 to 3")]
    [InlineData("errors", "dead letter: share on orders[0]@5: Attempted to divide by zero.")]
    [InlineData("operations", "09:00 tea: 7 pieces")]
    [InlineData("operations", "started again from checkpoint 0")]
    public async Task Each_stop_shows_what_it_says(string stop, string line)
        => Assert.Contains(line, await Example.RunAsync("Tour", stop), StringComparison.Ordinal);
}
