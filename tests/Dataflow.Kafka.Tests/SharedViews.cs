using Dataflow.Features;

namespace Dataflow.Kafka.Tests;

/// <summary>Counts the events of each entity, and keeps the last.</summary>
internal sealed record SharedViews(Pipeline Pipeline, FeatureService<string> Service)
{
    public const int Entities = 40;
    public const int Events = 400; // one each second

    private const int OfFirst = 150; // events of one entity before all others: one process has them

    public static IEnumerable<string> AllEntities => Enumerable.Range(0, Entities).Select(static entity => $"e{entity}");

    public static SharedViews Of(string from)
    {
        var pipeline = new Pipeline($"views-{from}");
        var view = pipeline.From(Topic.Of<string>(from, 6))
            .WithEventTime(static text => 1000 * long.Parse(text), maxOutOfOrderness: TimeSpan.FromHours(1))
            .KeyBy(static text => EntityOf(int.Parse(text)))
            .FeatureView($"events-{from}", static v =>
            {
                v.Aggregate("count", static a => a.Count(), [Sawtooth.Of(TimeSpan.FromMinutes(5))]);
                v.Last("last", static text => text);
            });
        return new(pipeline, FeatureService.Of<string>($"counts-{from}", s => s.From(view, static entity => entity)).Serve());
    }

    private static string EntityOf(int number) => number < OfFirst ? "e0" : $"e{number % Entities}";
}
