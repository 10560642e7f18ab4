namespace Dataflow.Features.Tests.Docs;

public sealed record DriverHour(long Driver, DateTimeOffset Time, double ConvRate, double AccRate, int Trips);

public sealed record DriverAsk(long DriverId);

public sealed record Label(long DriverId, DateTimeOffset Time, bool Satisfied);

public sealed record TrainingRow(bool Satisfied, double ConvRate, int Trips);

/// <summary>The features of the drivers of Feast's documentation.</summary>
internal static class Drivers
{
    public static FeatureService<DriverAsk> Activity(Stream<DriverHour> hours)
    {
        var stats = hours.WithEventTime(hour => hour.Time).KeyBy(hour => hour.Driver).FeatureView("driver_hourly_stats", v =>
        {
            v.TimeToLive = TimeSpan.FromDays(1);
            v.Last("conv_rate", hour => hour.ConvRate);
            v.Last("acc_rate", hour => hour.AccRate);
            v.Last("avg_daily_trips", hour => hour.Trips);
        });
        return FeatureService.Of<DriverAsk>("driver_activity", s => s.From(stats, ask => ask.DriverId));
    }

    public static Stream<TrainingRow> Rows(Stream<Label> labels, Stream<DriverHour> hours)
        => labels.WithEventTime(label => label.Time, name: "label-time").JoinFeatures(
            Activity(hours),
            label => new DriverAsk(label.DriverId),
            (label, features) => new TrainingRow(
                label.Satisfied, features["conv_rate"].As<double>(), features["avg_daily_trips"].As<int>()));
}
