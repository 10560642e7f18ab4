using System.Runtime.CompilerServices;
using Dataflow.Features.Panes;

namespace Dataflow.Features;

/// <summary>Adds the features of a view, inside <c>FeatureView(name, v => …)</c>.</summary>
/// <remarks>Functions given here are called on a worker's thread, some of them when features are read, and must always return the same for
/// the same event: training sets compute features by calling them again.</remarks>
/// <typeparam name="T">The type of the events.</typeparam>
public sealed class FeatureViewBuilder<T>
{
    private readonly List<PaneAggregate<T>> _aggregates = [];
    private readonly List<Feature<T>> _features = [];
    private readonly List<Sawtooth> _windows = [];
    private bool _hasLast;

    internal FeatureViewBuilder()
    {
    }

    /// <summary>The version of the definition; raise it whenever the meaning of a feature changes. Default 1.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The owner, for people. Default: empty.</summary>
    public string Owner { get; set; } = "";

    /// <summary>A description of the view, for people. Default: empty.</summary>
    public string Description { get; set; } = "";

    /// <summary>Words to find the view by. Default: none.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>The age of its newest event from which on an entity's features are expired; never unless given. At twice the age, and out
    /// of all windows, the entity is forgotten: as if it had never been seen.</summary>
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>The largest lag of the watermark behind a read; beyond it, and before the first watermark, features are partial.
    /// Default null: no limit.</summary>
    public TimeSpan? MaxLag { get; set; }

    internal IReadOnlyList<Feature<T>> Features => _features;

    /// <summary>Adds a feature for each window: <c>NAME_1h</c> for the window of an hour.</summary>
    /// <remarks>Aggregates that depend on order see the events of a pane in the order of arrival, and panes in that of time. Sums and means
    /// of <see cref="double"/> may differ in their last digit where an entity's events come through several partitions.</remarks>
    /// <param name="name">The start of the features' names.</param>
    /// <param name="aggregate">The aggregate; its result is a bool, number, text or a list of numbers or texts.</param>
    /// <param name="windows">The windows: lengths, or <see cref="Sawtooth.Of"/>.</param>
    /// <param name="description">The features' meaning, for people.</param>
    public void Aggregate<TResult>(
        string name, Func<Aggregates<T>, Aggregation<T, TResult>> aggregate, IReadOnlyList<Sawtooth> windows,
        string description = "")
        => Aggregate(name, aggregate, windows, default, null, description);

    /// <inheritdoc cref="Aggregate{TResult}(string, Func{Aggregates{T}, Aggregation{T, TResult}}, IReadOnlyList{Sawtooth}, string)"/>
    /// <param name="name">The start of the features' names.</param>
    /// <param name="aggregate">The aggregate; its result is a bool, number, text or a list of numbers or texts.</param>
    /// <param name="windows">The windows: lengths, or <see cref="Sawtooth.Of"/>.</param>
    /// <param name="defaultValue">The value if the window has no event.</param>
    /// <param name="description">The features' meaning, for people.</param>
    public void Aggregate<TResult>(
        string name, Func<Aggregates<T>, Aggregation<T, TResult>> aggregate, IReadOnlyList<Sawtooth> windows,
        TResult defaultValue, string description = "")
        => Aggregate(name, aggregate, windows, Default(name, defaultValue), defaultValue, description);

    /// <inheritdoc cref="Aggregate{TResult}(string, Func{Aggregates{T}, Aggregation{T, TResult}}, IReadOnlyList{Sawtooth}, string)"/>
    [OverloadResolutionPriority(-1)] // for lists that are made elsewhere: one in brackets is of Sawtooth
    public void Aggregate<TResult>(
        string name, Func<Aggregates<T>, Aggregation<T, TResult>> aggregate, IReadOnlyList<TimeSpan> windows,
        string description = "")
        => Aggregate(name, aggregate, Sawteeth(windows), description);

    /// <inheritdoc cref="Aggregate{TResult}(string, Func{Aggregates{T}, Aggregation{T, TResult}}, IReadOnlyList{Sawtooth}, TResult, string)"/>
    [OverloadResolutionPriority(-1)]
    public void Aggregate<TResult>(
        string name, Func<Aggregates<T>, Aggregation<T, TResult>> aggregate, IReadOnlyList<TimeSpan> windows,
        TResult defaultValue, string description = "")
        => Aggregate(name, aggregate, Sawteeth(windows), defaultValue, description);

    /// <summary>Adds a value of the entity's latest event: the one with the greatest time, and of those of one time the one with the
    /// greatest partition and offset.</summary>
    /// <param name="name">The feature's name.</param>
    /// <param name="of">Selects the value: a bool, number, text or a list of numbers or texts. Called when the feature is read.</param>
    /// <param name="description">The feature's meaning, for people.</param>
    public void Last<TValue>(string name, Func<T, TValue> of, string description = "")
        => Last(name, of, default, null, description);

    /// <inheritdoc cref="Last{TValue}(string, Func{T, TValue}, string)"/>
    /// <param name="name">The feature's name.</param>
    /// <param name="of">Selects the value: a bool, number, text or a list of numbers or texts. Called when the feature is read.</param>
    /// <param name="defaultValue">The value if the entity has no event.</param>
    /// <param name="description">The feature's meaning, for people.</param>
    public void Last<TValue>(string name, Func<T, TValue> of, TValue defaultValue, string description = "")
        => Last(name, of, Default(name, defaultValue), defaultValue, description);

    /// <summary>Adds one numeric feature divided by another, both of this view and added before.</summary>
    /// <param name="name">The feature's name.</param>
    /// <param name="numerator">The name of the numerator feature.</param>
    /// <param name="denominator">The name of the denominator feature. If it is 0 or unknown, the ratio is unknown.</param>
    /// <param name="defaultValue">The value if nothing is known.</param>
    /// <param name="description">The feature's meaning, for people.</param>
    public void Ratio(string name, string numerator, string denominator, double? defaultValue = null, string description = "")
    {
        var (above, below) = (Numeric(name, numerator), Numeric(name, denominator));
        var info = Info(name, typeof(double), $"{numerator} / {denominator}", null, defaultValue, description);
        _features.Add(new RatioFeature<T>(info, defaultValue is { } value ? FeatureValue.Of(value) : default, above, below));
    }

    /// <exception cref="ArgumentException">The windows do not fit together, or there are no features.</exception>
    internal ViewLayout<T> Build()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Version);
        if (_features.Count == 0) throw new ArgumentException("A feature view has no features. Add some with Aggregate, Last or Ratio.");
        return new(new PaneLevels(_windows), _aggregates, _features)
        {
            TimeToLiveMs = Milliseconds(TimeToLive, nameof(TimeToLive)),
            MaxLagMs = Milliseconds(MaxLag, nameof(MaxLag)),
            KnownForMs = TimeToLive is null && _hasLast ? null : KnownForMs(),
        };
    }

    private static FeatureValue Default<TValue>(string name, TValue value)
    {
        FeatureKinds.Check<TValue>(name);
        return FeatureValue.Of(value);
    }

    private static Sawtooth[] Sawteeth(IReadOnlyList<TimeSpan> windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        return [.. windows];
    }

    private long KnownForMs()
    {
        var expired = 2 * (Milliseconds(TimeToLive, nameof(TimeToLive)) ?? 0);
        return _windows.Select(static window => window.LengthMs + window.HopMs).Append(expired).Max();
    }

    private static long? Milliseconds(TimeSpan? span, string name)
    {
        if (span is not { } given) return null;
        ArgumentOutOfRangeException.ThrowIfLessThan(given, TimeSpan.FromMilliseconds(1), name);
        return (long)given.TotalMilliseconds;
    }

    private void Aggregate<TResult>(
        string name, Func<Aggregates<T>, Aggregation<T, TResult>> aggregate, IReadOnlyList<Sawtooth> windows,
        FeatureValue defaultValue, object? defaultObject, string description)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        ArgumentNullException.ThrowIfNull(windows);
        FeatureKinds.Check<TResult>(name);
        if (windows.Count == 0)
            throw new ArgumentException(
                $"Feature '{name}' has no window. Give it at least one, such as TimeSpan.FromHours(1).", nameof(windows));
        var aggregation = aggregate(new Aggregates<T>());
        var made = PaneAggregate<T, TResult>.Of(aggregation);
        _aggregates.Add(made);
        foreach (var window in windows)
        {
            var info = Info($"{name}_{window.Suffix}", typeof(TResult), aggregation.Definition, window, defaultObject, description);
            if (!_windows.Contains(window)) _windows.Add(window);
            _features.Add(new WindowFeature<T, TResult>(info, defaultValue, made, _windows.IndexOf(window)));
        }
    }

    private void Last<TValue>(string name, Func<T, TValue> of, FeatureValue defaultValue, object? defaultObject, string description)
    {
        ArgumentNullException.ThrowIfNull(of);
        FeatureKinds.Check<TValue>(name);
        _hasLast = true;
        _features.Add(new LastFeature<T, TValue>(Info(name, typeof(TValue), "last", null, defaultObject, description), defaultValue, of));
    }

    private FeatureInfo Info(string name, Type type, string definition, Sawtooth? window, object? defaultValue, string description)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (_features.Exists(feature => feature.Info.Name == name))
            throw new ArgumentException($"The view has two features '{name}'. Give one of them another name.", nameof(name));
        return new(name, type, definition, window, defaultValue, description);
    }

    private Feature<T> Numeric(string ratio, string name)
    {
        var feature = _features.Find(feature => feature.Info.Name == name)
            ?? throw new ArgumentException(
                $"Ratio '{ratio}' is of '{name}', which is no feature added before. There are "
                    + $"{string.Join(", ", _features.Select(static feature => feature.Info.Name))}.");
        return feature.Info.Type == typeof(int) || feature.Info.Type == typeof(long) || feature.Info.Type == typeof(float)
            || feature.Info.Type == typeof(double)
            ? feature
            : throw new ArgumentException($"Ratio '{ratio}' is of '{name}', which is no number but a {feature.Info.Type.Name}.");
    }
}
