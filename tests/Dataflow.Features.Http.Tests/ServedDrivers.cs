using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Http.Tests;

/// <summary>A job that serves the drivers of Feast's documentation, and a real HTTP client.</summary>
public abstract class ServedDrivers : IAsyncLifetime
{
    protected static readonly DateTimeOffset Newest = new(2021, 12, 31, 23, 0, 0, TimeSpan.Zero);

    protected static readonly DriverHour[] Hours =
    [
        new(1001, Newest, 0.7037263512611389, 0.8724706768989563, 308, "anna"),
        new(1002, Newest, 0.038169607520103455, 0.48534533381462097, 332, "bela"),
        new(1003, Newest.AddMilliseconds(-1), 0.9665873050689697, 0.7793770432472229, 779, "cora"),
        new(1004, Newest.AddHours(-25), 0.5, 0.5, 1, "dora"),
    ];

    private readonly SimulatedClock _clock = new();

    protected LogStore Log { get; } = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });

    protected HttpClient Client { get; } = new();

    protected Job Job { get; private set; } = null!;

    protected FeatureServer Server { get; private set; } = null!;

    protected ServedFeatures[] Services { get; private set; } = [];

    /// <summary>The numbers of the first service again, for who asks with a number.</summary>
    protected ServedFeatures ByNumber { get; private set; } = null!;

    /// <summary>Sums that two drivers' hours of the greatest number overflow.</summary>
    protected ServedFeatures Sums { get; private set; } = null!;

    /// <summary>A service whose requests have a member of each plain type.</summary>
    protected ServedFeatures Wide { get; private set; } = null!;

    /// <summary>A service of texts, whose function throws for all but an empty one.</summary>
    protected ServedFeatures Faulty { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Log.Append("hours", Hours);
        _clock.Advance(Newest.AddMinutes(30) - _clock.GetUtcNow());
        var pipeline = new Pipeline("features");
        var hours = pipeline.From(Topic.Of<DriverHour>("hours")).WithEventTime(hour => hour.Time, maxOutOfOrderness: TimeSpan.FromDays(3))
            .KeyBy(hour => hour.Trips >= 0 ? hour.Driver : throw new InvalidOperationException("negative"));
        var stats = hours.FeatureView("driver_hourly_stats", v =>
        {
            v.TimeToLive = TimeSpan.FromDays(1);
            v.Last("conv_rate", hour => hour.ConvRate);
            v.Last("acc_rate", hour => hour.AccRate);
            v.Last("avg_daily_trips", hour => hour.Trips);
        });
        var names = hours.FeatureView("driver_names", v =>
        {
            v.Last("name", hour => hour.Name);
            v.Aggregate("hours", a => a.Count(), [TimeSpan.FromHours(1)], defaultValue: 0);
            v.Aggregate("trips", a => a.Last(3, hour => hour.Trips), [TimeSpan.FromDays(1)]);
        });
        var activity = FeatureService.Of<DriverAsk>("driver_activity", s =>
        {
            s.From(stats, ask => ask.DriverId);
            s.OnDemand(
                "trips_per_rate",
                (ask, features) => features["avg_daily_trips"].HasValue ? features["avg_daily_trips"].As<int>() / 0.0 : double.NaN);
        }).Serve();
        var who = FeatureService.Of<long>("driver_who", s => s.From(names, driver => driver)).Serve();
        var sums = hours.FeatureView("driver_sums", v =>
        {
            v.Aggregate(
                "sum", a => a.Sum(hour => hour.Trips == int.MaxValue ? long.MaxValue : hour.Trips),
                [TimeSpan.FromDays(1), TimeSpan.FromDays(2)]);
            v.Last("name", hour => hour.Name);
        });
        Sums = ServedFeatures.Of(FeatureService.Of<DriverAsk>("driver_sums", s => s.From(sums, ask => ask.DriverId)).Serve());
        Wide = ServedFeatures.Of(FeatureService.Of<WideAsk>("wide", s =>
        {
            s.From(names, ask => ask.Long, ["name"]);
            s.OnDemand(
                "all", (ask, _) => string.Create(
                CultureInfo.InvariantCulture,
                $"{ask.Byte} {ask.SByte} {ask.Short} {ask.UShort} {ask.Int} {ask.UInt} {ask.Long} {ask.ULong} {ask.Float} {ask.Double} "
                    + $"{ask.Decimal} {ask.Bool} {ask.Char} {ask.Text} {ask.Maybe?.ToString(CultureInfo.InvariantCulture) ?? "-"} "
                    + $"{ask.Kind} {ask.Id} {ask.Day} {ask.Time.Hour}"));
        }).Serve());
        Services = [ServedFeatures.Of(activity), ServedFeatures.Of(who)];
        ByNumber = ServedFeatures.Of(FeatureService.Of<long>("driver_numbers", s => s.From(stats, driver => driver)).Serve());
        Faulty = ServedFeatures.Of(FeatureService.Of<string>("faulty", s =>
        {
            s.From(names, text => text.Length, ["name"]);
            s.OnDemand("length", (text, _) => text.Length > 0 ? throw new FormatException(text) : 0);
        }).Serve());
        Job = await pipeline.StartAsync(new JobOptions { Log = Log, Workers = 2, Time = _clock }, TestContext.Current.CancellationToken);
        while (Job.Status.RecordsRead < Hours.Length) await Task.Yield();
        await StartAsync(null, Services);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        await Job.DisposeAsync();
        await Log.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts another server of the job in the place of the first.</summary>
    protected async Task RestartAsync(string? token = null, params ServedFeatures[] services)
    {
        await Server.DisposeAsync();
        await StartAsync(token, services is [] ? Services : services);
    }

    private async Task StartAsync(string? token, ServedFeatures[] services) => Server = await FeatureServer.StartAsync(
        Job, services, new FeatureServerOptions { Port = 0, Token = token }, TestContext.Current.CancellationToken);

    protected async Task<HttpResponseMessage> SendAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Client.PostAsync(new Uri(Server.Uri, "/get-online-features"), content, TestContext.Current.CancellationToken);
    }

    protected async Task<string> PostAsync(string body)
    {
        using var response = await SendAsync(body);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        return text;
    }

    protected static async Task<string> DetailAsync(HttpResponseMessage response)
        => JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .RootElement.GetProperty("detail").GetString()!;

    public sealed record DriverHour(long Driver, DateTimeOffset Time, double ConvRate, double AccRate, int Trips, string Name);

    public sealed record DriverAsk(long DriverId);

    public enum Access
    {
        Read,
        Write,
    }

    public sealed record WideAsk(
        byte Byte, sbyte SByte, short Short, ushort UShort, int Int, uint UInt, long Long, ulong ULong, float Float, double Double,
        decimal Decimal, bool Bool,
        char Char, string Text, int? Maybe, Access Kind, Guid Id, DateOnly Day, DateTimeOffset Time);
}
