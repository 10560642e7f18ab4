using Dataflow;

namespace Tour;

/// <summary>Sessions, early results, days of a place, and the last ten minutes before each record.</summary>
internal static class WindowStop
{
    public static Task RunAsync()
    {
        var pipeline = new Pipeline("windows");
        var orders = Shop.OrdersOf(pipeline);
        var byCustomer = orders.KeyBy(order => order.Customer);

        var visits = byCustomer.Window(Session.WithGap(TimeSpan.FromMinutes(10)), "visits")
            .Aggregate(
                a => (a.Count(), a.Collect(limit: 10, order => order.Item)),
                (customer, visit, count, items)
                    => $"visit   {customer} {visit.Start:HH:mm}: {count} orders, {string.Join(", ", items.Values)}");

        var hours = orders.KeyBy(order => order.Item)
            .Window(
                Tumbling.Every(TimeSpan.FromHours(1)), "hours",
                new Trigger { EarlyRecords = 2, AllowedLateness = TimeSpan.FromMinutes(30) })
            .Aggregate(a => a.Sum(order => order.Pieces), (item, hour, pieces) => $"hour    {item} {hour.Firing}: {pieces} pieces");

        var days = orders.Window(Calendar.Days("Europe/Berlin"), "days") // no key: one result for all
            .Aggregate(
                a => (a.Sum(order => order.Price * order.Pieces), a.MaxBy(order => order.Price)),
                (day, sum, dearest) => $"day     from {day.Start:yyyy-MM-dd HH:mm} UTC: {sum}, the dearest was order {dearest.Id}");

        var recent = byCustomer.Window(Sliding.Over(TimeSpan.FromMinutes(10)), "recent")
            .Aggregate(
                a => (a.Last(order => order.Id), a.Count()),
                (customer, _, id, count) => $"recent  {customer} at order {id}: {count} in ten minutes");

        visits.Values().Union(hours.Values()).Union(days).Union(recent.Values()).To(Sink.Console<string>());
        return Shop.RunAsync(pipeline);
    }
}
