using System.Text.Json;

namespace Dataflow.Kafka;

/// <summary>A schema registry and the settings of its client and formats, by Confluent's own names. Immutable.</summary>
/// <remarks>It makes serdes, whose values begin with the id of their schema, as those of Confluent's serializers do. Make one and keep it:
/// serdes of one registry share what they know of it.</remarks>
/// <example><code>
/// var registry = new SchemaRegistry(url);
/// </code></example>
public sealed class SchemaRegistry
{
    private readonly Lazy<RegistryClient> _client;
    private readonly RegistrySettings _settings;

    /// <summary>Names a registry by its address.</summary>
    /// <param name="url">One address or several, joined by commas: <c>http://localhost:8081</c>.</param>
    /// <exception cref="ConnectorException">An address is not one of HTTP, or has a password in it.</exception>
    public SchemaRegistry(string url)
        : this(RegistrySettings.Of(url))
    {
    }

    private SchemaRegistry(RegistrySettings settings)
    {
        _settings = settings;
        _client = new(() => new RegistryClient(settings));
    }

    /// <summary>Returns the registry with a setting, in place of any former value.</summary>
    /// <param name="name">A name of Confluent's configuration: <c>schema.registry.…</c> for the client, <c>avro.serializer.…</c> and
    /// <c>json.serializer.…</c> for the formats. Names and values are checked where a serde is made.</param>
    /// <param name="value">The value. Those of passwords and keys are never shown.</param>
    /// <exception cref="ConnectorException">The setting is unknown, or not one that serdes here have.</exception>
    public SchemaRegistry With(string name, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        return new(_settings.With(name, value));
    }

    /// <summary>Makes a serde of Avro: for classes that Avro's tools made of a schema, for <c>GenericRecord</c>, and for texts, numbers and
    /// bytes alone.</summary>
    /// <remarks>Values are read with the schema that they were written with, and by Avro's rules made into the type's. A
    /// <c>GenericRecord</c> keeps the schema that it was written with.</remarks>
    /// <exception cref="ConnectorException">A setting is unknown or has a value that is not allowed; or the type has no schema.</exception>
    public Serde<T> Avro<T>() => new AvroSerde<T>(_client.Value, AvroType<T>.Find(), _settings.Use("avro"), target: null);

    /// <summary>Makes a serde of JSON by System.Text.Json, whose schema is made of the type.</summary>
    /// <param name="options">The library's options; its defaults unless given.</param>
    /// <exception cref="ConnectorException">A setting is unknown or has a value that is not allowed.</exception>
    public Serde<T> Json<T>(JsonSerializerOptions? options = null)
        => new JsonSchemaSerde<T>(_client.Value, options ?? JsonSerializerOptions.Default, _settings.Use("json"), id: null);

    /// <summary>Returns the addresses; no settings, which may be secret.</summary>
    public override string ToString() => _settings.ToString();
}
