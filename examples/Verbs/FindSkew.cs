using Dataflow;
using Dataflow.Features;
using Dataflow.Log;

namespace Verbs;

/// <summary>Answers that were served, found again, and compared with what training computes.</summary>
internal static class FindSkewExample
{
    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        await using var writer = await log.OpenWriterAsync<string, Order>(Topic.Of<Order>("orders"));
        await writer.WriteAsync("ada", new Order(0, "ada", "tea", 2));
        await writer.WriteAsync("ada", new Order(50, "ada", "cups", 4));
        await ServeAsync(log);

        var skew = new Pipeline("skew");
        skew.FindSkew(s_served, Advice(skew.From(Topic.Of<Order>("orders").StopAtEnd())))
            .Select(row => $"{row.Compared} compared, {row.Different} differ")
            .PrintChanges();
        await skew.RunOnAsync(log);

        var known = new Pipeline("as-known");
        known.JoinFeaturesAsKnown(
                s_served, Advice(known.From(Topic.Of<Order>("orders").StopAtEnd())), answer => answer.Request, answer => answer.Cut,
                (answer, features) => $"{answer.Request} was told {features["pieces_1h"].As<long>()} pieces")
            .To(Sink.Console<string>());
        await known.RunOnAsync(log);
    }

    private static readonly Topic<Served<string>> s_served = Topic.Of<Served<string>>("served");

    private static FeatureService<string> Advice(Stream<Order> orders)
    {
        var customers = orders.WithEventTime(order => order.Time).KeyBy(order => order.Customer).FeatureView(
            "customers", v => v.Aggregate("pieces", a => a.Sum(order => order.Pieces), [TimeSpan.FromHours(1)], defaultValue: 0));
        return FeatureService.Of<string>("advice", s => s.From(customers, customer => customer));
    }

    private static async Task ServeAsync(LogStore log)
    {
        var pipeline = new Pipeline("serving");
        var advice = Advice(pipeline.From(Topic.Of<Order>("orders"))).Serve();
        await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 1 });
        await using var sample = await ServedSample<string>.OpenAsync(log, s_served, share: 1, by: customer => customer);
        var answer = job.Read(advice).Read("ada", at: Shop.At(70));
        while (answer["pieces_1h"].As<long>() < 4) answer = job.Read(advice).Read("ada", at: Shop.At(70));
        sample.Add("ada", answer);
    }
}
