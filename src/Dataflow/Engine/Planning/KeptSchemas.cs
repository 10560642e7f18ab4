using Dataflow.Log;
using Dataflow.Serialization;

namespace Dataflow.Planning;

/// <summary>The schemas of a log's topics during a start, with those of the values and keys that the start is about.</summary>
internal sealed class KeptSchemas(PartitionedLog log)
{
    private readonly Lazy<ILookup<(string, bool), TopicSchema>> _records =
        new(() => TopicSchemas.Read(log).ToLookup(static record => (record.Topic, record.IsOfKeys)));

    private readonly Dictionary<(string Topic, bool IsOfKeys), TopicSchema?> _known = [];
    private readonly Dictionary<(string Topic, bool IsOfKeys), TopicSchema> _changed = [];
    private readonly List<string> _faults = [];

    /// <summary>The reasons why values and keys do not go with those that were written.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Returns the schema of a topic's values or keys; null: none is kept.</summary>
    public ValueSchema? SchemaOf(string topic, bool areKeys) => Of(topic, areKeys)?.Schema;

    /// <summary>Adds values that are to be written, and their keys.</summary>
    public void Add(TopicValues values)
    {
        if (TopicSchemas.IdentityOf(log, values.Topic) is not { } identity) return;
        foreach (var (schema, areKeys) in values.Schemas)
        {
            if (Of(values.Topic, areKeys) is { } kept) Join(kept, schema);
            else Change(new(TopicSchema.CurrentFormat, values.Topic, identity, BeginsAnew: false, schema) { IsOfKeys = areKeys });
        }
    }

    /// <summary>Compares values that are to be read, and their keys.</summary>
    public void Read(TopicValues values)
    {
        foreach (var (schema, areKeys) in values.Schemas)
        {
            if (Of(values.Topic, areKeys) is not { } kept) continue;
            if (kept.Schema.DifferencesIfReadAs(schema, areKeys) is { Count: > 0 } differences && !IsEmpty(values.Topic))
                Fault(kept, differences);
        }
    }

    /// <summary>Keeps the schemas that are other than before.</summary>
    /// <param name="pipeline">The pipeline that writes; null: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask WriteAsync(string? pipeline, CancellationToken cancellationToken)
        => TopicSchemas.WriteAsync(log, _changed.Values, pipeline, cancellationToken);

    private void Join(TopicSchema kept, ValueSchema schema)
    {
        var joined = kept.Schema.With(schema, out var differences, kept.IsOfKeys);
        if (differences.Count == 0 && !joined.IsSameAs(kept.Schema)) Change(kept with { Schema = joined });
        if (differences.Count == 0) return;
        if (IsEmpty(kept.Topic)) Change(kept with { Schema = schema, BeginsAnew = true });
        else Fault(kept, differences);
    }

    private void Change(TopicSchema schema) => _known[(schema.Topic, schema.IsOfKeys)] = _changed[(schema.Topic, schema.IsOfKeys)] = schema;

    private TopicSchema? Of(string topic, bool isOfKeys)
    {
        if (!_known.TryGetValue((topic, isOfKeys), out var known)) _known[(topic, isOfKeys)] = known = Find(topic, isOfKeys);
        return known;
    }

    private TopicSchema? Find(string topic, bool isOfKeys)
    {
        if (!_records.Value.Contains((topic, isOfKeys)) || TopicSchemas.IdentityOf(log, topic) is not { } identity) return null;
        TopicSchema? all = null;
        foreach (var record in _records.Value[(topic, isOfKeys)].Where(record => record.Identity == identity))
            all = all is null || record.BeginsAnew ? record : all with { Schema = all.Schema.With(record.Schema, out _) };
        return all is null ? null : all with { Format = TopicSchema.CurrentFormat, BeginsAnew = false };
    }

    private bool IsEmpty(string topic) => log.GetTopic(topic).Ranges().All(static range => range.Start == range.End);

    private void Fault(TopicSchema kept, IReadOnlyList<string> differences)
        => _faults.Add($"topic '{kept.Topic}': {string.Join("; ", differences)}. {(kept.IsOfKeys ? OfKeys : OfValues)} A topic whose "
            + "records were all trimmed takes any form.");

    private const string OfValues = "Undo the change, or write the new form to another topic; a member may be given another name instead.";

    private const string OfKeys = "Undo the change, or write such keys to another topic: equal keys must have equal bytes.";
}
