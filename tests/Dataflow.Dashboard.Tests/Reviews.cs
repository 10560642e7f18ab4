using Dataflow.Features;
using Dataflow.Log;
using Dataflow.Onnx;
using Dataflow.Onnx.Tests;
using Dataflow.Tests;

namespace Dataflow.Dashboard.Tests;

/// <summary>Reviews of a shop: a table, features, and a model of which a second version is tried.</summary>
internal static class Reviews
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <param name="name">The pipeline's name.</param>
    /// <param name="version">The version of the feature view: its number of hours.</param>
    /// <param name="models">The versions of the model.</param>
    public static Pipeline Pipeline(string name, int version, ModelVersions models)
    {
        var pipeline = new Pipeline(name);
        var reviews = pipeline.From(Topic.Of<Review>("reviews-in", partitions: 1)).WithEventTime(review => review.Time, TimeSpan.Zero);
        var view = reviews.KeyBy(review => review.Author).FeatureView("authors", v =>
        {
            v.Version = version;
            v.Owner = "shop";
            v.Aggregate("stars_mean", a => a.Mean(review => review.Stars), [TimeSpan.FromHours(version)], description: "how they judge");
        });
        reviews.Embed(models, review => review.Text, (review, found) => $"{review.Text} by {found.Version}")
            .To(Topic.Of<string>($"{name}-out", partitions: 1));
        return pipeline
            .Offer(Lookup.Of("newest", reviews.KeyBy(review => review.Author).LatestBy(review => review.Time)))
            .Offer(FeatureService.Of<string>("judges", s => s.From(view, author => author)).Serve().ToLookup());
    }

    public static ModelVersions Models()
    {
        var models = new ModelVersions("short", new FakeGenerator("fake-short"));
        models.Add("long", new FakeGenerator("fake-long"));
        return models;
    }

    public static void Add(LogStore log, int from, int count) => log.Append(
        "reviews-in",
        Enumerable.Range(from, count).Select(
            static i => new Review(s_noon.AddSeconds(i), i % 2 == 0 ? "ada" : "bob", $"text {i % 40}", i % 5)));
}

public sealed record Review(DateTimeOffset Time, string Author, string Text, double Stars);
