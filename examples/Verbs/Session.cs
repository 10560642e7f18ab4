using Dataflow;

namespace Verbs;

/// <summary>Visits: what follows within ten minutes belongs together.</summary>
internal static class SessionExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 1), new(20, "ada", "cups", 4), new(8, "ada", "tea", 2), new(22, "bob", "tea", 8)];
        var pipeline = new Pipeline("session");
        var orders = pipeline.From(Source.Of(input))
            .WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.FromMinutes(15))
            .KeyBy(order => order.Customer);

        orders.Window(Session.WithGap(TimeSpan.FromMinutes(10)))
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (customer, visit, pieces) => $"{customer} {visit.Start:HH:mm} to {visit.End:HH:mm}: {pieces} pieces")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
