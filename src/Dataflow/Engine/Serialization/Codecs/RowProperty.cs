using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Codecs;

/// <summary>A public property or field of a record type.</summary>
public abstract class RowProperty : ICustomAttributeProvider
{
    private protected RowProperty(Type declaring, string name) => (Declaring, Name) = (declaring, name);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its type.</summary>
    public abstract Type Type { get; }

    /// <summary>Whether it is a field.</summary>
    public bool IsField { get; init; }

    /// <summary>Whether it holds data, rather than being computed from others.</summary>
    public bool IsState { get; init; }

    /// <summary>Whether what it gives may be null.</summary>
    public bool GivesNull { get; init; }

    /// <summary>Whether it takes null.</summary>
    public bool TakesNull { get; init; }

    /// <summary>Whether a line of JSON must have it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The name on lines of JSON that it declares; null: none.</summary>
    public string? JsonName { get; init; }

    /// <summary>The condition under which lines of JSON leave it out; null: it has none.</summary>
    public JsonIgnoreCondition? JsonIgnored { get; init; }

    /// <summary>Its place on lines of JSON.</summary>
    public int JsonOrder { get; init; }

    internal abstract bool IsGettable { get; }

    internal abstract bool IsSettable { get; }

    private protected Type Declaring { get; }

    /// <inheritdoc/>
    public object[] GetCustomAttributes(bool inherit) => [];

    /// <inheritdoc/>
    public object[] GetCustomAttributes(Type attributeType, bool inherit) => [];

    /// <inheritdoc/>
    public bool IsDefined(Type attributeType, bool inherit) => false;

    internal abstract JsonPropertyInfo Json(JsonSerializerOptions options);
}

/// <summary>A property or field of the type <typeparamref name="TMember"/>.</summary>
/// <param name="declaring">The type that declares it.</param>
/// <param name="name">Its name.</param>
/// <param name="get">Returns its value in a record; null: it cannot be read from outside.</param>
/// <param name="set">Sets it in a record, or in the box of one; null: it cannot be set from outside.</param>
public sealed class RowProperty<TMember>(Type declaring, string name, Func<object, TMember>? get, Action<object, TMember>? set)
    : RowProperty(declaring, name)
{
    /// <inheritdoc/>
    public override Type Type => typeof(TMember);

    internal override bool IsGettable => get is not null;

    internal override bool IsSettable => set is not null;

    /// <summary>Returns the property's value in a record; null: it cannot be read from outside.</summary>
    internal Func<object, TMember>? Get => get;

    internal override JsonPropertyInfo Json(JsonSerializerOptions options)
    {
        var isIgnored = JsonIgnored == JsonIgnoreCondition.Always;
        var json = JsonMetadataServices.CreatePropertyInfo(options, new JsonPropertyInfoValues<TMember>
        {
            IsProperty = !IsField,
            IsPublic = true,
            DeclaringType = Declaring,
            PropertyName = Name,
            JsonPropertyName = JsonName,
            IgnoreCondition = JsonIgnored,
            Getter = isIgnored ? null : get!,
            Setter = isIgnored ? null : set as Action<object, TMember?>,
            AttributeProviderFactory = () => this,
        });
        json.Order = JsonOrder;
        json.IsRequired = IsRequired;
        if (!GivesNull) json.IsGetNullable = false;
        if (!TakesNull) json.IsSetNullable = false;
        return json;
    }
}
