using System.Buffers;
using System.Collections.Concurrent;
using Avro;
using Avro.Generic;
using Avro.IO;

namespace Dataflow.Kafka;

/// <summary>Values of Avro, each read by the schema that it was written with.</summary>
/// <param name="registry">The registry.</param>
/// <param name="type">The type's own schema and how Avro's library reads and writes it.</param>
/// <param name="use">How schemas are named and come to the registry.</param>
/// <param name="target">The topic that is written to; null: values are only read.</param>
internal sealed class AvroSerde<T>(RegistryClient registry, AvroType<T> type, SchemaUse use, WriteTarget? target) : KafkaSerde<T>
{
    private readonly ConcurrentDictionary<int, PreresolvingDatumReader<T>> _readers = [];
    private readonly ConcurrentDictionary<string, SchemaWriter> _writers = new(StringComparer.Ordinal);
    private SchemaWriter? _last;

    public override Serde<T> ToWrite(string topic, bool isKey)
    {
        var serde = new AvroSerde<T>(registry, type, use, new WriteTarget(topic, isKey));
        if (type.Schema is { } schema) serde.WriterOf(schema);
        return serde;
    }

    public override void Write(T value, IBufferWriter<byte> bytes)
    {
        var writer = WriterOf(type.SchemaOf(value));
        var content = new MemoryStream();
        writer.Writer.Write(value, new BinaryEncoder(content));
        Framing.Write(writer.Id, bytes);
        bytes.Write(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    public override T Read(ReadOnlyMemory<byte> bytes)
    {
        var (id, content) = Framing.Read(bytes);
        var reader = _readers.GetOrAdd(id, static (id, self) => self.ReaderOf(id), this);
        var decoder = new AvroBytes(content);
        var value = reader.Read(default!, decoder);
        decoder.CheckEnd();
        return value;
    }

    private PreresolvingDatumReader<T> ReaderOf(int id)
    {
        var schema = registry.Find(id);
        try
        {
            return type.ReaderOf(Schema.Parse(schema.SchemaString, NamesIn(schema), null));
        }
        catch (AvroException error)
        {
            throw RegistryErrors.CannotParse(registry.Settings, id, error);
        }
    }

    /// <summary>The types that a schema takes from other subjects.</summary>
    private SchemaNames NamesIn(Confluent.SchemaRegistry.Schema schema)
    {
        var names = new SchemaNames();
        Add(schema);
        return names;

        void Add(Confluent.SchemaRegistry.Schema of)
        {
            foreach (var reference in of.References)
            {
                var found = registry.Find(reference);
                Add(found);
                if (!names.Names.Keys.Any(name => name.Fullname == reference.Name)) Schema.Parse(found.SchemaString, names, null);
            }
        }
    }

    private SchemaWriter WriterOf(Schema schema)
    {
        if (_last is { } last && ReferenceEquals(last.Schema, schema)) return last;
        var writer = _writers.GetOrAdd(schema.ToString(), static (text, at) => at.self.Register(at.schema, text), (self: this, schema));
        return _last = writer with { Schema = schema };
    }

    private SchemaWriter Register(Schema schema, string text)
    {
        if (target is null) throw RegistryErrors.NoTopic(registry.Settings);
        var registered = new Confluent.SchemaRegistry.Schema(text, [], Confluent.SchemaRegistry.SchemaType.Avro);
        return new(schema, registry.IdOf(registered, use.SubjectOf(target, schema.Fullname), use), type.WriterOf(schema));
    }

    /// <summary>A schema that the registry has, and what writes values by it.</summary>
    private sealed record SchemaWriter(Schema Schema, int Id, PreresolvingDatumWriter<T> Writer);
}
