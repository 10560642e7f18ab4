namespace Dataflow.Features;

/// <summary>The features that a model asks for, in order: of one or more views, and functions of the request.</summary>
/// <typeparam name="TRequest">What is asked: it has the keys of the entities, and what functions need besides.</typeparam>
public sealed class FeatureService<TRequest>
{
    private readonly FeatureVector _nothingKnown;

    internal FeatureService(
        string name, IReadOnlyList<ServiceStep<TRequest>> steps, IReadOnlyList<FeatureInfo> features, IReadOnlyList<FeatureSource> sources, FeatureNames names)
    {
        Name = name;
        Steps = steps;
        Features = features;
        Sources = sources;
        Names = names;
        _nothingKnown = new(names);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its features, in the order of the answers.</summary>
    public IReadOnlyList<FeatureInfo> Features { get; }

    /// <summary>The origins of the features, in their order.</summary>
    public IReadOnlyList<FeatureSource> Sources { get; }

    internal IReadOnlyList<ServiceStep<TRequest>> Steps { get; }

    internal FeatureNames Names { get; }

    /// <summary>Adds the steps that keep the views' entities, so that a running job can be asked: one for each view, whichever
    /// service is the first. To be called before the job starts.</summary>
    public FeatureService<TRequest> Serve()
    {
        foreach (var step in Steps) step.Serve();
        return this;
    }

    internal FeatureRow<TLabel> NewRow<TLabel>(TLabel label, FeatureCut cut)
    {
        if (cut.Positions.Count != Names.Views)
            throw new ArgumentException($"The cut has {cut.Positions.Count} positions, but service '{Name}' reads {Names.Views} views. It is of another service, or of another version of it.");
        return new(label, null, [.. cut.Positions], default);
    }

    internal FeatureVector VectorOf<TLabel>(in FeatureRow<TLabel> row)
        => row.Values is null ? _nothingKnown : new(Names, row.Values, row.Positions!);
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
