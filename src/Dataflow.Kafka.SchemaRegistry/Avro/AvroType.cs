using Avro;
using Avro.Generic;
using Avro.Specific;

namespace Dataflow.Kafka;

/// <summary>Reads and writes a type with Avro's library.</summary>
internal abstract class AvroType<T>
{
    /// <summary>The type's own schema; null where each value has its own.</summary>
    public virtual Schema? Schema => null;

    /// <exception cref="ConnectorException">The type has no schema.</exception>
    public static AvroType<T> Find()
        => typeof(T) == typeof(GenericRecord) ? (AvroType<T>)(object)new GenericType()
            : PlainType<T>.SchemaOfType is { } name ? new PlainType<T>(PrimitiveSchema.Create(name))
            : typeof(T).IsAssignableTo(typeof(ISpecificRecord)) && !typeof(T).IsAbstract ? new SpecificType<T>()
            : throw RegistryErrors.NoSchema(typeof(T));

    /// <summary>The schema by which a value is written.</summary>
    public virtual Schema SchemaOf(T value) => Schema!;

    /// <summary>Makes a reader of values of a schema.</summary>
    public abstract PreresolvingDatumReader<T> ReaderOf(Schema writer);

    /// <summary>Makes a writer of values of a schema.</summary>
    public abstract PreresolvingDatumWriter<T> WriterOf(Schema schema);
}

/// <summary>Records that keep the schema that they were written with.</summary>
internal sealed class GenericType : AvroType<GenericRecord>
{
    public override Schema SchemaOf(GenericRecord value) => value.Schema;

    public override PreresolvingDatumReader<GenericRecord> ReaderOf(Schema writer) => new GenericDatumReader<GenericRecord>(writer, writer);

    public override PreresolvingDatumWriter<GenericRecord> WriterOf(Schema schema) => new GenericDatumWriter<GenericRecord>(schema);
}

/// <summary>Classes that Avro's tools made of a schema.</summary>
internal sealed class SpecificType<T> : AvroType<T>
{
    public override Schema Schema { get; } = ((ISpecificRecord)Activator.CreateInstance<T>()!).Schema;

    public override PreresolvingDatumReader<T> ReaderOf(Schema writer) => new SpecificDatumReader<T>(writer, Schema);

    public override PreresolvingDatumWriter<T> WriterOf(Schema schema) => new SpecificDatumWriter<T>(schema);
}

/// <summary>Texts, numbers and bytes.</summary>
internal sealed class PlainType<T>(PrimitiveSchema schema) : AvroType<T>
{
    public static Schema.Type? SchemaOfType { get; } = Type.GetTypeCode(typeof(T)) switch
    {
        _ when typeof(T).IsEnum => null,
        TypeCode.Boolean => Avro.Schema.Type.Boolean,
        TypeCode.Int32 => Avro.Schema.Type.Int,
        TypeCode.Int64 => Avro.Schema.Type.Long,
        TypeCode.Single => Avro.Schema.Type.Float,
        TypeCode.Double => Avro.Schema.Type.Double,
        TypeCode.String => Avro.Schema.Type.String,
        _ when typeof(T) == typeof(byte[]) => Avro.Schema.Type.Bytes,
        _ => null,
    };

    public override Schema Schema => schema;

    public override PreresolvingDatumReader<T> ReaderOf(Schema writer) => new GenericDatumReader<T>(writer, schema);

    public override PreresolvingDatumWriter<T> WriterOf(Schema schema) => new GenericDatumWriter<T>(schema);
}
