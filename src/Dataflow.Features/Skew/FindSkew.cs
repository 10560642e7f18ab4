namespace Dataflow.Features;

/// <summary>How often a feature was served with another value than the training path finds for the same cut.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Compared">How many values were compared.</param>
/// <param name="Different">How many differ in value, status or event time, bit for bit.</param>
/// <param name="Example">The first of them that came; null if none differs.</param>
public sealed record FeatureSkew(string Feature, long Compared, long Different, SkewExample? Example);

/// <summary>A value that differs.</summary>
/// <param name="Served">What was answered.</param>
/// <param name="Recomputed">What the training path finds.</param>
/// <param name="AtMs">The time that was asked for, ms since the Unix epoch.</param>
public sealed record SkewExample(string Served, string Recomputed, long AtMs);

static partial class FeatureVerbs
{
    extension(Pipeline pipeline)
    {
        /// <summary>Computes each sampled answer again from the log, as <c>JoinFeaturesAsKnown</c> does, and reports by feature how often
        /// it comes out otherwise.</summary>
        /// <remarks>Where serving and training run the same definition over the same events nothing differs; so a difference is a
        /// definition that was changed, events that are no longer the same, or a fault. Functions of the request are compared, too.</remarks>
        /// <param name="served">The sample, read up to where it ends when the job first starts.</param>
        /// <param name="service">The features as training defines them; made in the same pipeline.</param>
        /// <param name="name">Names the state.</param>
        /// <returns>A row for each feature.</returns>
        public Table<string, FeatureSkew> FindSkew<TRequest>(
            Topic<Served<TRequest>> served, FeatureService<TRequest> service, string name = "skew")
            => pipeline.JoinFeaturesAsKnown(served, service, answer => answer.Request, answer => answer.Cut, Compare)
                .SelectMany(comparisons => comparisons, $"{name}-values")
                .KeyBy(comparison => comparison.Feature, $"{name}-feature")
                .Aggregate(
                    a => (a.Count(), a.Count(comparison => comparison.Example is not null), a.MaxBy(comparison => comparison.Example is not null)),
                    (feature, compared, different, first) => new FeatureSkew(feature, compared, different, first.Example),
                    name);
    }

    private static (string Feature, SkewExample? Example)[] Compare<TRequest>(Served<TRequest> served, FeatureVector recomputed)
    {
        if (served.Values.Count != recomputed.Count)
        {
            throw new InvalidOperationException(
                $"{served.Values.Count} features were served, the service has {recomputed.Count}. Compare with the version that was served.");
        }

        return [.. served.Values.Select((value, i) => (
            recomputed.Names[i],
            value == recomputed[i] ? null : new SkewExample(value.ToString(), recomputed[i].ToString(), recomputed.PositionOf(i)?.AtMs ?? 0)))];
    }
}
