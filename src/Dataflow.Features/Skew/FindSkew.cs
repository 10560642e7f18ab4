namespace Dataflow.Features;

/// <summary>The number of times that a feature was served with another value than the training path computes for the same cut.</summary>
/// <param name="Feature">The feature's name.</param>
/// <param name="Compared">The number of values compared.</param>
/// <param name="Different">The number of values that differ in value, status or event time, bit for bit.</param>
/// <param name="Example">The first different value; null if there is none.</param>
public sealed record FeatureSkew(string Feature, long Compared, long Different, SkewExample? Example);

/// <summary>A served value that differs.</summary>
/// <param name="Served">The served value.</param>
/// <param name="Recomputed">The value that the training path computes.</param>
/// <param name="AtMs">The time of the read, ms since the Unix epoch.</param>
public sealed record SkewExample(string Served, string Recomputed, long AtMs);

static partial class FeatureVerbs
{
    extension(Pipeline pipeline)
    {
        /// <summary>Computes each sampled answer again from the log, as <c>JoinFeaturesAsKnown</c> does, and counts by feature how often
        /// the result differs.</summary>
        /// <remarks>Where serving and training run the same definition over the same events nothing differs; so a difference means a
        /// changed definition, changed events, or a fault. Functions of the request are compared, too.</remarks>
        /// <param name="served">The sample, read up to its end when the job first starts.</param>
        /// <param name="service">The features as defined for training; made in the same pipeline.</param>
        /// <param name="name">Names the state.</param>
        /// <returns>A row for each feature.</returns>
        /// <example><code>
        /// skew.FindSkew(s_served, Advice(skew.From(Topic.Of&lt;Order>("orders").StopAtEnd())))
        ///     .Select(row => $"{row.Compared} compared, {row.Different} differ")
        ///     .PrintChanges();
        /// </code></example>
        public Table<string, FeatureSkew> FindSkew<TRequest>(
            Topic<Served<TRequest>> served, FeatureService<TRequest> service, string name = "skew")
            => pipeline.JoinFeaturesAsKnown(served, service, answer => answer.Request, answer => answer.Cut, Compare)
                .SelectMany(comparisons => comparisons, $"{name}-values")
                .KeyBy(comparison => comparison.Feature, $"{name}-feature")
                .Aggregate(
                    a => (a.Count(), a.Count(comparison => comparison.Example is not null),
                        a.MaxBy(comparison => comparison.Example is not null)),
                    (feature, compared, different, first) => new FeatureSkew(feature, compared, different, first.Example),
                    name);
    }

    private static (string Feature, SkewExample? Example)[] Compare<TRequest>(Served<TRequest> served, FeatureVector recomputed)
    {
        if (served.Values.Count != recomputed.Count)
        {
            throw new InvalidOperationException(
                $"{served.Values.Count} features were served, the service has {recomputed.Count}. "
                + "Compare with the version that was served.");
        }

        return [.. served.Values.Select((value, i) => (
            recomputed.Names[i],
            value == recomputed[i]
                ? null : new SkewExample(value.ToString(), recomputed[i].ToString(), recomputed.PositionOf(i)?.AtMs ?? 0)))];
    }
}
