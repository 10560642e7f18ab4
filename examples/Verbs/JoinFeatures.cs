using Dataflow;
using Dataflow.Features;

namespace Verbs;

/// <summary>Rows to train with: what was known before each payment.</summary>
internal static class JoinFeaturesExample
{
    public static async Task RunAsync()
    {
        Order[] bought = [new(0, "ada", "tea", 2), new(20, "bob", "cups", 1), new(50, "ada", "cups", 4)];
        Payment[] paid = [new(0, "ada", 9), new(30, "ada", 9), new(55, "bob", 4), new(58, "ada", 20)];
        var pipeline = new Pipeline("join-features");
        var customers = pipeline.From(Source.Of(bought, "orders"))
            .WithEventTime(order => order.Time)
            .KeyBy(order => order.Customer)
            .FeatureView("customers", v => v.Aggregate(
                "pieces", a => a.Sum(order => order.Pieces), [TimeSpan.FromHours(1)], defaultValue: 0));
        var advice = FeatureService.Of<string>("advice", s => s.From(customers, customer => customer));

        pipeline.From(Source.Of(paid, "payments"))
            .WithEventTime(payment => payment.Time)
            .JoinFeatures(
                advice, payment => payment.Customer,
                (payment, known) =>
                    $"{payment.Time:HH:mm} {payment.Customer} paid {payment.Euro}, knew of {known["pieces_1h"].As<long>()} pieces")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
