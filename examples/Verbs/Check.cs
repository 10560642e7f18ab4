using Dataflow;
using Dataflow.Operations;

namespace Verbs;

/// <summary>Rules that records should keep.</summary>
internal static class CheckExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 2), new(1, "bob", "", 4), new(2, null!, "tea", 1), new(3, "eve", "tea", 900)];
        var pipeline = new Pipeline("check");
        var orders = pipeline.From(Source.Of(input));

        var good = orders.Check(
                rules =>
                [
                    rules.That("item", order => order.Item.Length > 0), // counted
                    rules.InRange("pieces", order => order.Pieces, 1, 100, RuleAction.Alert), // and handed out
                    rules.NotNull("customer", order => order.Customer, RuleAction.DeadLetter), // and left out
                ],
                out var alerts);

        good.To(Sink.Console<Order>(order => $"good: order of {order.Customer}"));
        alerts.To(Sink.Console<RuleViolation<Order>>(alert => $"alert: {alert.Rule} of {alert.Record.Customer}: {alert.Found}", "alerts"));

        var status = await pipeline.RunInMemoryAsync();
        foreach (var rule in status.Of("check").RuleViolations) Console.WriteLine($"{rule.Rule}: {rule.Count}");
    }
}
