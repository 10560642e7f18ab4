using Dataflow;

namespace Tour;

/// <summary>Rules that orders should keep, and how far their prices have moved from those of last week.</summary>
internal static class QualityStop
{
    public static Task RunAsync()
    {
        var lastWeek = Distribution.Of([3.25, 3.25, 4.40, 4.50, 4.50, 6.90, 7.00, 7.10], bins: 4);
        var pipeline = new Pipeline("quality");

        var orders = Shop.OrdersOf(pipeline).Check(
            rules =>
            [
                rules.InRange("pieces", order => order.Pieces, 1, 3, RuleAction.Alert),
                rules.NotNull("customer", order => order.Customer, RuleAction.DeadLetter),
            ],
            out var alerts);
        var drifts = orders.Window(Tumbling.Every(TimeSpan.FromMinutes(30))).Aggregate(
            a => a.Drift(order => (double)order.Price, lastWeek),
            (window, drift) => $"from {window.Start:HH:mm}: {drift.Count} prices, stability index {drift.Psi:0.00}, "
                + $"largest difference {drift.Ks:0.00}");
        alerts.Select(alert => $"alert: order {alert.Record.Id} breaks rule '{alert.Rule}': {alert.Found}").Union(drifts)
            .To(Sink.Console<string>());

        return Shop.RunAsync(pipeline);
    }
}
