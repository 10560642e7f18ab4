using Dataflow;
using Dataflow.Dashboard;
using Dataflow.Features;
using Dataflow.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

// Payments of a file go to a topic; a second pipeline watches that topic. Both run in this web application, over one log.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<Alarm>();
builder.Services.AddDataflow()
    .AddPipeline("import", (pipeline, _) =>
        pipeline.From(Source.JsonLines<Payment>(Path.Combine(AppContext.BaseDirectory, "payments.jsonl"))).To(Fraud.Payments))
    .AddPipeline("fraud", Fraud.Define)
    .AddReader((job, velocity) => job.Read(velocity));
builder.Services.AddHealthChecks().AddDataflow();

var app = builder.Build();
app.MapHealthChecks("/health/live", new() { Predicate = check => check.Tags.Contains("live"), ResponseWriter = Health.WriteAsync });
app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready"), ResponseWriter = Health.WriteAsync });
app.MapDataflowDashboard(() => app.Services.GetRequiredService<DataflowJobs>().All);

// The features of a card, as a model would get them: GET /cards/0815?at=2026-01-01T12:41:00Z
app.MapGet("/cards/{card}", (string card, DateTimeOffset at, FeatureReader<string> velocity) =>
{
    var features = velocity.Read(card, at);
    return features.Names.Index().ToDictionary(name => name.Item, name => features[name.Index].ToObject());
});
app.Run();

public sealed record Payment(DateTimeOffset Time, string Card, string Shop, double Amount);

internal static class Fraud
{
    public static readonly Topic<Payment> Payments = Topic.Of<Payment>("payments", partitions: 1);

    private static readonly Sawtooth[] s_windows = [TimeSpan.FromMinutes(2), TimeSpan.FromHours(1)];

    /// <summary>Tells of sessions with many payments, and returns how fast a card pays, as features.</summary>
    public static FeatureService<string> Define(Pipeline pipeline, IServiceProvider services)
    {
        var alarm = services.GetRequiredService<Alarm>();
        var byCard = pipeline.From(Payments)
            .WithEventTime(payment => payment.Time, maxOutOfOrderness: TimeSpan.FromSeconds(30))
            .KeyBy(payment => payment.Card);

        byCard.Window(Session.WithGap(TimeSpan.FromMinutes(5)))
            .Aggregate(a => (a.Count(), a.Sum(payment => payment.Amount)), (card, session, payments, sum) => (payments, sum))
            .Where(session => session is { payments: > 3, sum: > 1000 })
            .MapAsync(session => alarm.RaiseAsync(session.payments))
            .To(Topic.Of<long>("alarms", partitions: 1));

        var cards = byCard.FeatureView("cards", v =>
        {
            v.Aggregate("payments", a => a.Count(), s_windows, defaultValue: 0);
            v.Aggregate("amount", a => a.Sum(payment => payment.Amount), s_windows);
            v.Aggregate("shops", a => a.CountDistinct(payment => payment.Shop), s_windows);
        });
        return FeatureService.Of<string>("velocity", s => s.From(cards, card => card)).Serve();
    }
}

/// <summary>A service of the application that a step calls.</summary>
internal sealed partial class Alarm(ILogger<Alarm> logger)
{
    public Task<long> RaiseAsync(long payments)
    {
        Raised(logger, payments);
        return Task.FromResult(payments);
    }

    [LoggerMessage(1, LogLevel.Warning, "A card has paid {Payments} times in one session.")]
    private static partial void Raised(ILogger logger, long payments);
}

/// <summary>Writes the reasons of a health check in words.</summary>
internal static class Health
{
    public static Task WriteAsync(HttpContext context, HealthReport report)
        => context.Response.WriteAsync($"{report.Status}\n{string.Join('\n', report.Entries.Values.Select(check => check.Description))}");
}
