using Dataflow.Features;
using Dataflow.Features.Panes;

namespace Dataflow;

/// <summary>The features that a model asks for, in order: of one or more views, and functions of the request.</summary>
/// <typeparam name="TRequest">What is asked: it has the keys of the entities, and what functions need besides.</typeparam>
public sealed class FeatureService<TRequest>
{
    internal FeatureService(
        string name, IReadOnlyList<ServiceStep<TRequest>> steps, IReadOnlyList<FeatureInfo> features, IReadOnlyList<FeatureSource> sources, FeatureNames names)
    {
        Name = name;
        Steps = steps;
        Features = features;
        Sources = sources;
        Names = names;
        Views = steps.Count(static step => step.ReadsView);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its features, in the order of the answers.</summary>
    public IReadOnlyList<FeatureInfo> Features { get; }

    /// <summary>For each feature where it comes from.</summary>
    internal IReadOnlyList<FeatureSource> Sources { get; }

    internal IReadOnlyList<ServiceStep<TRequest>> Steps { get; }

    internal FeatureNames Names { get; }

    /// <summary>How many times a view is read for a request.</summary>
    internal int Views { get; }

    /// <summary>Adds the steps that keep the views' entities, so that a running job can be asked: one for each view, whichever
    /// service is the first. To be called before the job starts.</summary>
    public FeatureService<TRequest> Serve()
    {
        foreach (var step in Steps) step.Serve();
        return this;
    }

    internal FeatureRow<TLabel> NewRow<TLabel>(TLabel label)
        => new(label, new FeatureValue[Features.Count], new FeaturePosition[Views], default);

    internal FeatureRow<TLabel> NewRow<TLabel>(TLabel label, FeatureCut cut)
    {
        if (cut.Positions.Count != Views)
            throw new ArgumentException($"The cut has {cut.Positions.Count} positions, but service '{Name}' reads {Views} views. It is of another service, or of another version of it.");
        return NewRow(label) with { Positions = [.. cut.Positions] };
    }

    internal FeatureVector VectorOf<TLabel>(in FeatureRow<TLabel> row) => new(Names, row.Values, row.Positions);
}

/// <summary>Makes feature services.</summary>
public static class FeatureService
{
    /// <summary>Defines a service.</summary>
    /// <param name="name">Its name; begins the names of the steps that join its features.</param>
    /// <param name="features">Says which features it has.</param>
    /// <exception cref="ArgumentException">They do not go with each other.</exception>
    public static FeatureService<TRequest> Of<TRequest>(string name, Action<FeatureServiceBuilder<TRequest>> features)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(features);
        var builder = new FeatureServiceBuilder<TRequest>(name);
        features(builder);
        return builder.Build();
    }
}
