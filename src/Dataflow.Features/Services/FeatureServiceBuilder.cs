using Dataflow.Features.Panes;

namespace Dataflow.Features;

/// <summary>Adds the features of a service, inside <c>FeatureService.Of(name, s => …)</c>. The order of calls is that of the
/// features.</summary>
/// <remarks>Functions given here are called by readers and by the steps of training sets, and must always return the same for the same
/// arguments.</remarks>
public sealed class FeatureServiceBuilder<TRequest>
{
    private readonly string _name;
    private readonly List<ServiceStep<TRequest>> _steps = [];
    private readonly List<FeatureInfo> _features = [];
    private readonly List<FeatureSource> _sources = [];
    private readonly List<int> _parts = [];
    private int _views;

    internal FeatureServiceBuilder(string name) => _name = name;

    /// <summary>Adds features of a view, read by a key of the request.</summary>
    /// <param name="view">The view.</param>
    /// <param name="key">Selects the entity's key.</param>
    /// <param name="features">The names of the features; all of the view unless given.</param>
    /// <param name="prefix">A prefix of their names in the service: for a view that is read by several keys.</param>
    /// <exception cref="InvalidOperationException">A feature that depends on other features was added before.</exception>
    public void From<TKey>(FeatureView<TKey> view, Func<TRequest, TKey> key, IReadOnlyList<string>? features = null, string prefix = "")
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_steps.Exists(static step => !step.IsIndependent))
            throw new InvalidOperationException(
                $"Service '{_name}' reads a view by a key of the request after something that depends on features. Put the former first.");
        Add(view, (request, _) => key(request), features, prefix, isIndependent: true);
    }

    /// <summary>Adds features of another entity, whose key is a feature or computed from features, such as a flight's
    /// destination.</summary>
    /// <param name="view">The view.</param>
    /// <param name="key">Computes the entity's key from the request and the features added before.</param>
    /// <param name="features">The names of the features; all of the view unless given.</param>
    /// <param name="prefix">A prefix of their names in the service.</param>
    public void From<TKey>(
        FeatureView<TKey> view, Func<TRequest, FeatureVector, TKey> key, IReadOnlyList<string>? features = null, string prefix = "")
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(key);
        Add(view, key, features, prefix, isIndependent: false);
    }

    /// <summary>Adds a feature that is computed when it is read.</summary>
    /// <param name="name">The feature's name.</param>
    /// <param name="of">Computes the value from the request and the features added before. Null: nothing is known.</param>
    /// <param name="description">The feature's meaning, for people.</param>
    public void OnDemand<TValue>(string name, Func<TRequest, FeatureVector, TValue> of, string description = "")
    {
        ArgumentNullException.ThrowIfNull(of);
        FeatureKinds.Check<TValue>(name);
        var slot = Add(new FeatureInfo(name, typeof(TValue), "on demand", Description: description), new(_name, name), part: -1);
        _steps.Add(new OnDemandStep<TRequest, TValue>(name, of, slot));
    }

    internal FeatureService<TRequest> Build()
    {
        if (_views == 0) throw new ArgumentException($"Service '{_name}' reads no view. Add one with From.");
        return new(_name, _steps, _features, _sources, new FeatureNames([.. _features.Select(static feature => feature.Name)], _parts));
    }

    private void Add<TKey>(
        FeatureView<TKey> view, Func<TRequest, FeatureVector, TKey> key, IReadOnlyList<string>? features, string prefix, bool isIndependent)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(view);
        var numbers = (features ?? [.. view.Features.Select(static feature => feature.Name)]).Select(name => IndexOf(view, name)).ToArray();
        var slots = numbers.Select(number => Add(
            view.Features[number] with { Name = prefix + view.Features[number].Name }, new(view.Name, view.Features[number].Name), _views))
                .ToArray();
        _steps.Add(new ViewStep<TRequest, TKey>(_name, view, key, new ViewPart(_views, numbers, slots), isIndependent));
        _views++;
    }

    private int Add(FeatureInfo feature, FeatureSource source, int part)
    {
        if (_features.Exists(other => other.Name == feature.Name))
            throw new ArgumentException($"Service '{_name}' has two features '{feature.Name}'. Give those of one view a prefix.");
        _features.Add(feature);
        _sources.Add(source);
        _parts.Add(part);
        return _features.Count - 1;
    }

    private static int IndexOf<TKey>(FeatureView<TKey> view, string name)
        where TKey : notnull
    {
        for (var i = 0; i < view.Features.Count; i++)
        {
            if (view.Features[i].Name == name) return i;
        }

        var names = string.Join(", ", view.Features.Select(static feature => feature.Name));
        throw new ArgumentException($"View '{view.Name}' has no feature '{name}'. It has {names}.");
    }
}
