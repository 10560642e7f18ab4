using System.Collections.Frozen;
using System.Text.Json;

namespace Dataflow.Features.Http;

/// <summary>A feature service that a <see cref="FeatureServer"/> serves.</summary>
public abstract class ServedFeatures
{
    private protected ServedFeatures(string name, IEnumerable<FeatureReference> features, IReadOnlyList<string> entities)
    {
        Name = name;
        Features = [.. features];
        Entities = entities;
        var byReference = new Dictionary<string, FeatureReference>(StringComparer.Ordinal);
        foreach (var feature in Features)
        {
            byReference.TryAdd($"{feature.View}:{feature.ViewFeature}", feature);
            byReference.TryAdd($"{feature.View}:{feature.Name}", feature);
        }

        ByReference = byReference.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The service's name.</summary>
    public string Name { get; }

    internal FeatureReference[] Features { get; }

    /// <summary>The columns that a request must have.</summary>
    internal IReadOnlyList<string> Entities { get; }

    /// <summary>The features by <c>view:feature</c>, named as in the view or, with the prefix, as in the service.</summary>
    internal FrozenDictionary<string, FeatureReference> ByReference { get; }

    /// <summary>Whether a column of that name is required.</summary>
    internal abstract bool Takes(string column);

    /// <summary>Prepares a service for a <see cref="FeatureServer"/>.</summary>
    /// <param name="service">The service. Its requests are made from the columns of entities: a parameter of the request's only public
    /// constructor, or a settable property, takes the column of its name, ignoring case and underscores. A request that is a number or text
    /// takes the only column.</param>
    /// <exception cref="ConnectorException">Requests cannot be made from columns.</exception>
    public static ServedFeatures Of<TRequest>(FeatureService<TRequest> service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return new ServedFeatures<TRequest>(service, EntityRows<TRequest>.Create());
    }

    /// <summary>Opens the service for reading.</summary>
    internal abstract OpenFeatures Open(Job job);
}

internal sealed class ServedFeatures<TRequest>(FeatureService<TRequest> service, EntityRows<TRequest> rows)
    : ServedFeatures(
        service.Name,
        service.Features.Select(
            (feature, index) => new FeatureReference(index, service.Sources[index].View, service.Sources[index].Feature, feature)),
        rows.Names)
{
    internal override bool Takes(string column) => rows.Takes(column);

    internal override OpenFeatures Open(Job job) => new OpenFeatures<TRequest>(job.Read(service), rows);
}

/// <summary>A feature that can be requested.</summary>
internal sealed class FeatureReference(int index, string view, string viewFeature, FeatureInfo info)
{
    private readonly JsonEncodedText _name = JsonEncodedText.Encode(info.Name);
    private readonly JsonEncodedText _fullName = JsonEncodedText.Encode($"{view}__{info.Name}");

    /// <summary>The feature's place in the service.</summary>
    public int Index => index;

    public TypeCode Type { get; } = System.Type.GetTypeCode(info.Type);

    public string View => view;

    /// <summary>The feature's name in the view.</summary>
    public string ViewFeature => viewFeature;

    /// <summary>The feature's name in the service.</summary>
    public string Name => info.Name;

    public JsonEncodedText NameIn(bool full) => full ? _fullName : _name;
}
