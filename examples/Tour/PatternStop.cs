using Dataflow;

namespace Tour;

/// <summary>Customers whose orders grow and who then come back for less, within an hour.</summary>
internal static class PatternStop
{
    public static Task RunAsync()
    {
        var pipeline = new Pipeline("patterns");
        Shop.OrdersOf(pipeline)
            .KeyBy(order => order.Customer)
            .Match(
                Pattern.Begin<Order>("first", _ => true)
                    .Next("more", (order, match) => order.Pieces > match["first"][0].Pieces)
                    .FollowedBy("less", (order, match) => order.Pieces < match["more"][^1].Pieces)
                    .Within(TimeSpan.FromHours(1)),
                (customer, match)
                    => $"{customer}: {match["first"][0].Pieces}, then {match["more"][^1].Pieces}, then {match["less"][0].Pieces} pieces")
            .To(Sink.Console<string>());
        return Shop.RunAsync(pipeline);
    }
}
