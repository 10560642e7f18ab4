using Dataflow.Features.Panes;

namespace Dataflow.Features;

static partial class FeatureVerbs
{
    extension<TKey, T>(KeyedStream<TKey, T> events)
        where TKey : notnull
    {
        /// <summary>Defines the features of the stream's keys. A <see cref="FeatureService{TRequest}"/> serves the definition and makes
        /// training sets of it; alone it adds no step.</summary>
        /// <param name="name">The view's name, which also names the step and its state where the view is served.</param>
        /// <param name="features">Adds the features.</param>
        /// <exception cref="ArgumentException">The features do not fit together.</exception>
        /// <example><code>
        /// var customers = pipeline.From(Source.Of(bought, "orders"))
        ///     .WithEventTime(order => order.Time)
        ///     .KeyBy(order => order.Customer)
        ///     .FeatureView("customers", v => v.Aggregate(
        ///         "pieces", a => a.Sum(order => order.Pieces), [TimeSpan.FromHours(1)], defaultValue: 0));
        /// </code></example>
        public FeatureView<TKey> FeatureView(string name, Action<FeatureViewBuilder<T>> features)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            ArgumentNullException.ThrowIfNull(features);
            var builder = new FeatureViewBuilder<T>();
            features(builder);
            return new FeatureView<TKey, T>(name, events, builder);
        }
    }
}

/// <summary>The features of one kind of entity, computed from a stream of events.</summary>
/// <typeparam name="TKey">The type of the entities' keys.</typeparam>
public abstract class FeatureView<TKey>
    where TKey : notnull
{
    private protected FeatureView(string name, int version, string owner, string description, IReadOnlyList<string> tags)
        => (Name, Version, Owner, Description, Tags) = (name, version, owner, description, tags);

    /// <summary>The view's name.</summary>
    public string Name { get; }

    /// <summary>The version of the definition.</summary>
    public int Version { get; }

    /// <summary>The owner, for people.</summary>
    public string Owner { get; }

    /// <summary>A description of the view, for people.</summary>
    public string Description { get; }

    /// <summary>Words to find the view by.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>The age of an entity's newest event from which on its features are expired; at twice that the entity is forgotten. Null:
    /// never.</summary>
    public abstract TimeSpan? TimeToLive { get; }

    /// <summary>The largest lag of the watermark behind a read; beyond it features are partial. Null: no limit.</summary>
    public abstract TimeSpan? MaxLag { get; }

    /// <summary>The metadata of all features.</summary>
    public abstract IReadOnlyList<FeatureInfo> Features { get; }

    /// <summary>Returns the features of each entity whose events have arrived, with the values that a read at that moment returns: for
    /// stores that others read.</summary>
    /// <remarks>After each batch one vector for each entity that had events in it, and after <see cref="UpdateAll"/> one for each known
    /// entity. Times are those of the job's clock, and so differ in a replay; nothing is emitted when a window moves on without an
    /// event.</remarks>
    public abstract KeyedStream<TKey, FeatureVector> Updates();

    /// <summary>Requests the features of all known entities: they are emitted by <see cref="Updates"/>, and so written to stores, like
    /// those of entities that had events. For a store that has lost its data, for example.</summary>
    /// <remarks>Returns at once; may be called on any thread. Every job that currently runs the updates emits them.</remarks>
    public void UpdateAll() => Requests.AskForAll();

    /// <summary>The requests to the steps of <see cref="Updates"/> for all entities.</summary>
    private protected UpdateRequests Requests { get; } = new();

    /// <summary>The step that serves it; null if none does.</summary>
    internal Node? Serving { get; private protected set; }

    internal abstract void Serve();

    internal abstract KeyedStream<TKey, FeatureRow<TLabel>> JoinAsOf<TLabel>(
        KeyedStream<TKey, FeatureRow<TLabel>> rows, ViewPart part, FeatureNames names, string name);

    internal abstract KeyedStream<TKey, FeatureRow<TLabel>> JoinAsKnown<TLabel>(
        KeyedStream<TKey, FeatureRow<TLabel>> rows, ViewPart part, FeatureNames names, string name);
}

internal sealed class FeatureView<TKey, T>(string name, KeyedStream<TKey, T> events, FeatureViewBuilder<T> builder)
    : FeatureView<TKey>(name, builder.Version, builder.Owner, builder.Description, builder.Tags)
    where TKey : notnull
{
    private KeyedStream<TKey, T>? _served;

    public ViewLayout<T> Layout { get; } = builder.Build();

    public override TimeSpan? TimeToLive { get; } = builder.TimeToLive;

    public override TimeSpan? MaxLag { get; } = builder.MaxLag;

    public override IReadOnlyList<FeatureInfo> Features { get; } = [.. builder.Features.Select(static feature => feature.Info)];

    public ViewDefinition Definition => ViewDefinition.Of(this);

    /// <summary>The state's signature. It contains the version, since panes hold the values of their version.</summary>
    public string Signature => $"{Name} version {Version}, {Layout.Signature}";

    public override KeyedStream<TKey, FeatureVector> Updates()
    {
        Serve();
        var names = new FeatureNames([.. Features.Select(static feature => feature.Name)], [.. Features.Select(static _ => 0)]);
        return _served!.Add(input => new UpdatesNode<TKey, T>($"{Name}-updates", input, Serving!, names, Requests));
    }

    internal override void Serve()
    {
        _served ??= events.Add(input =>
        {
            var node = new ServeNode<TKey, T>(input, this);
            Serving = node;
            return node;
        });
    }

    internal override KeyedStream<TKey, FeatureRow<TLabel>> JoinAsOf<TLabel>(
        KeyedStream<TKey, FeatureRow<TLabel>> rows, ViewPart part, FeatureNames names, string name)
        => rows.Add(events, (left, right) => new JoinFeaturesNode<TKey, TLabel, T>(name, left, right, this, part, names));

    internal override KeyedStream<TKey, FeatureRow<TLabel>> JoinAsKnown<TLabel>(
        KeyedStream<TKey, FeatureRow<TLabel>> rows, ViewPart part, FeatureNames names, string name)
        => events.Add(rows, (left, right) => new JoinAsKnownNode<TKey, TLabel, T>(name, left, right, this, part, names));
}
