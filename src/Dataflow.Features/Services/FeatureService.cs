namespace Dataflow.Features;

/// <summary>The features that a model needs, in order: from one or more views, and functions of the request.</summary>
/// <typeparam name="TRequest">The type of a request: it has the keys of the entities, and the other arguments of functions.</typeparam>
public sealed class FeatureService<TRequest>
{
    private readonly FeatureVector _nothingKnown;

    internal FeatureService(
        string name, IReadOnlyList<ServiceStep<TRequest>> steps, IReadOnlyList<FeatureInfo> features, IReadOnlyList<FeatureSource> sources,
        FeatureNames names)
    {
        Name = name;
        Steps = steps;
        Features = features;
        Sources = sources;
        Names = names;
        _nothingKnown = new(names);
    }

    /// <summary>The service's name.</summary>
    public string Name { get; }

    /// <summary>The features, in the order of the answers.</summary>
    public IReadOnlyList<FeatureInfo> Features { get; }

    /// <summary>The origins of the features, in their order.</summary>
    public IReadOnlyList<FeatureSource> Sources { get; }

    internal IReadOnlyList<ServiceStep<TRequest>> Steps { get; }

    internal FeatureNames Names { get; }

    /// <summary>Adds the steps that keep the views' entities, so that the features of a running job can be read: one for each view, shared
    /// by services. To be called before the job starts.</summary>
    public FeatureService<TRequest> Serve()
    {
        foreach (var step in Steps) step.Serve();
        return this;
    }

    /// <summary>Makes the service something to look up, for <see cref="Pipeline.Offer"/>; <see cref="Serve"/> must be called too.</summary>
    public Lookup ToLookup() => new ServiceLookup<TRequest>(this);

    internal FeatureRow<TLabel> NewRow<TLabel>(TLabel label, FeatureCut cut)
    {
        if (cut.Positions.Count != Names.Views)
            throw new ArgumentException(
                $"The cut has {cut.Positions.Count} positions, but service '{Name}' reads {Names.Views} views. It is of another service, "
                    + "or of another version of it.");
        return new(label, null, [.. cut.Positions], default);
    }

    internal FeatureVector VectorOf<TLabel>(in FeatureRow<TLabel> row)
        => row.Values is null ? _nothingKnown : new(Names, row.Values, row.Positions!);
}

/// <summary>Creates feature services.</summary>
public static class FeatureService
{
    /// <summary>Defines a service.</summary>
    /// <param name="name">The service's name; the names of the steps that join its features begin with it.</param>
    /// <param name="features">Adds the features.</param>
    /// <exception cref="ArgumentException">The features do not fit together.</exception>
    public static FeatureService<TRequest> Of<TRequest>(string name, Action<FeatureServiceBuilder<TRequest>> features)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(features);
        var builder = new FeatureServiceBuilder<TRequest>(name);
        features(builder);
        return builder.Build();
    }
}
