using Dataflow.Features.Panes;

namespace Dataflow.Features;

static partial class FeatureVerbs
{
    extension<TKey, T>(KeyedStream<TKey, T> events)
        where TKey : notnull
    {
        /// <summary>Defines the features of the stream's keys. Serving and training sets are made of the definition by a
        /// <see cref="FeatureService{TRequest}"/>; alone it adds no step.</summary>
        /// <param name="name">Names the step and its state where the view is served.</param>
        /// <param name="features">Says which features there are.</param>
        /// <exception cref="ArgumentException">They do not go with each other.</exception>
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

/// <summary>Features of one kind of entity, computed of a stream of events.</summary>
/// <typeparam name="TKey">What names an entity.</typeparam>
public abstract class FeatureView<TKey>
    where TKey : notnull
{
    private protected FeatureView(string name, int version, string owner, string description, IReadOnlyList<string> tags)
        => (Name, Version, Owner, Description, Tags) = (name, version, owner, description, tags);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The version of its definition.</summary>
    public int Version { get; }

    /// <summary>Who answers for it.</summary>
    public string Owner { get; }

    /// <summary>The job's lifecycle state.</summary>
    public string Description { get; }

    /// <summary>Words to find it by.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>From which age of an entity's newest event its features are expired; at twice that it is forgotten.</summary>
    public abstract TimeSpan? TimeToLive { get; }

    /// <summary>From which lag of the watermark its features are partial.</summary>
    public abstract TimeSpan? MaxLag { get; }

    /// <summary>All its features.</summary>
    public abstract IReadOnlyList<FeatureInfo> Features { get; }

    /// <summary>The features of each entity whose events have come in, as a read at that moment gives them: for stores that others read.</summary>
    /// <remarks>After each batch one for each entity that had events in it, and after <see cref="UpdateAll"/> one for each that is known.
    /// They are of the job's clock, and so not the same in a replay; nothing comes when a window moves on and no event does.</remarks>
    public abstract KeyedStream<TKey, FeatureVector> Updates();

    /// <summary>Asks for the features of all entities that are known: they go through <see cref="Updates"/>, and so to stores, like those
    /// of entities that had events. For a store that has lost what it held, say.</summary>
    /// <remarks>Returns at once; from any thread. Every job that runs the updates at the moment gives them.</remarks>
    public void UpdateAll() => Requests.AskForAll();

    internal abstract Pipeline Pipeline { get; }

    /// <summary>Asks the steps of <see cref="Updates"/> for all entities.</summary>
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

    /// <summary>The state's signature. It holds the version, since panes of another version hold the values of that version.</summary>
    public string Signature => $"{Name} version {Version}, {Layout.Signature}";

    internal override Pipeline Pipeline => events.Pipeline;

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
