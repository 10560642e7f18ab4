using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Confluent.SchemaRegistry;

namespace Dataflow.Kafka;

/// <summary>JSON under a schema that is made of the type. It is read without the registry: the schema says nothing that the type does
/// not.</summary>
/// <param name="registry">The registry.</param>
/// <param name="options">The options of System.Text.Json.</param>
/// <param name="use">How schemas are named and come to the registry.</param>
/// <param name="id">The id that values are written under; null: values are only read.</param>
internal sealed class JsonSchemaSerde<T>(RegistryClient registry, JsonSerializerOptions options, SchemaUse use, int? id) : KafkaSerde<T>
{
    private const string Draft = "http://json-schema.org/draft-07/schema#";

    private readonly Serde<T> _json = Serde.Json<T>(options);

    public override Serde<T> ToWrite(string topic, bool isKey)
    {
        var schema = new Schema(SchemaOfType(options).ToJsonString(), [], SchemaType.Json);
        var subject = use.SubjectOf(new WriteTarget(topic, isKey), typeof(T).Name);
        return new JsonSchemaSerde<T>(registry, options, use, registry.IdOf(schema, subject, use));
    }

    public override void Write(T value, IBufferWriter<byte> bytes)
    {
        Framing.Write(id ?? throw RegistryErrors.NoTopic(registry.Settings), bytes);
        _json.Write(value, bytes);
    }

    public override T Read(ReadOnlyMemory<byte> bytes) => _json.Read(Framing.Read(bytes).Content);

    /// <summary>Makes the schema: no properties but the type's, as registries want it of schemas that are to grow.</summary>
    private static JsonNode SchemaOfType(JsonSerializerOptions options)
    {
        var schema = options.GetJsonSchemaAsNode(typeof(T), new()
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = static (_, node) =>
            {
                if (node is JsonObject type && type.ContainsKey("properties")) type.TryAdd("additionalProperties", false);
                return node;
            },
        });
        if (schema is JsonObject root)
        {
            root.Insert(0, "$schema", Draft);
            root.Insert(1, "title", typeof(T).Name);
        }

        return schema;
    }
}
