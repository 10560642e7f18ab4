using Dataflow.Features;

namespace Dataflow.Perf.Features;

/// <summary>The view that is measured: five windows and four aggregates.</summary>
internal static class Customers
{
    public static readonly TimeSpan Lateness = TimeSpan.FromSeconds(2);

    private static readonly Sawtooth[] s_windows =
        [TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(30)];

    private static readonly string[] s_asked =
    [
        "purchases_1m", "purchases_1h", "purchases_1d", "purchases_30d", "amount_1h", "amount_1d", "amount_30d", "mean_1d", "largest_1d",
        "largest_30d",
    ];

    /// <summary>Ten of the twenty features, in one service.</summary>
    public static FeatureService<long> Service(Pipeline pipeline, long events, long customers, long spanMs, bool ends = true)
    {
        var purchases = new GeneratedSource<Purchase>(
            "purchases", events, customers, spanMs,
            static (customer, time, random) => new Purchase(customer, time, (random & 0xffff) / 100.0), ends);
        var view = pipeline.From(purchases).WithEventTime(purchase => purchase.TimeMs, Lateness).KeyBy(purchase => purchase.Customer)
            .FeatureView("customers", v =>
            {
                v.Aggregate("purchases", a => a.Count(), s_windows, defaultValue: 0);
                v.Aggregate("amount", a => a.Sum(purchase => purchase.Amount), s_windows, defaultValue: 0);
                v.Aggregate("mean", a => a.Mean(purchase => purchase.Amount), s_windows);
                v.Aggregate("largest", a => a.Max(purchase => purchase.Amount), s_windows);
            });
        return FeatureService.Of<long>("spending", s => s.From(view, customer => customer, s_asked));
    }
}
