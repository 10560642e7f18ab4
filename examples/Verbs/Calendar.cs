using Dataflow;

namespace Verbs;

/// <summary>A day, a week and a month of a time zone.</summary>
internal static class CalendarExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 1), new(14 * 60, "bob", "tea", 2)]; // 9:00 and 23:00 in UTC
        var pipeline = new Pipeline("calendar");
        var orders = pipeline.From(Source.Of(input))
            .WithEventTime(order => order.Time);

        orders.Window(Calendar.Days("Europe/Berlin"))
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (day, pieces) => $"day    {day.Start:MM-dd HH:mm} to {day.End:MM-dd HH:mm}: {pieces}")
            .To(Sink.Console<string>());
        orders.Window(Calendar.Weeks("Europe/Berlin"), "weeks")
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (week, pieces) => $"week   {week.Start:MM-dd HH:mm} to {week.End:MM-dd HH:mm}: {pieces}")
            .To(Sink.Console<string>(name: "weeks"));
        orders.Window(Calendar.Months("Europe/Berlin"), "months")
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (month, pieces) => $"month  {month.Start:MM-dd HH:mm} to {month.End:MM-dd HH:mm}: {pieces}")
            .To(Sink.Console<string>(name: "months"));

        await pipeline.RunInMemoryAsync();
    }
}
