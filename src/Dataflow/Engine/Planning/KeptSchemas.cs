using Dataflow.Log;
using Dataflow.Serialization;

namespace Dataflow.Planning;

/// <summary>The schemas of a log's topics during a start, with those of the values that the start is about.</summary>
internal sealed class KeptSchemas(PartitionedLog log)
{
    private readonly Lazy<ILookup<string, TopicSchema>> _records =
        new(() => TopicSchemas.Read(log).ToLookup(static record => record.Topic, StringComparer.Ordinal));

    private readonly Dictionary<string, TopicSchema?> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TopicSchema> _changed = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];

    /// <summary>The reasons why values do not go with those that were written; one for each topic.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Adds values that are to be written.</summary>
    public void Add(TopicValues values)
    {
        if (values.Schema is not { } schema || TopicSchemas.IdentityOf(log, values.Topic) is not { } identity) return;
        var kept = Of(values.Topic);
        if (kept is null)
        {
            Change(new(TopicSchema.CurrentFormat, values.Topic, identity, BeginsAnew: false, schema));
            return;
        }

        var joined = kept.Schema.With(schema, out var differences);
        if (differences.Count == 0 && !joined.IsSameAs(kept.Schema)) Change(kept with { Schema = joined });
        if (differences.Count == 0) return;
        if (IsEmpty(values.Topic)) Change(kept with { Schema = schema, BeginsAnew = true });
        else Fault(values.Topic, differences);
    }

    /// <summary>Compares values that are to be read.</summary>
    public void Read(TopicValues values)
    {
        if (values.Schema is not { } schema || Of(values.Topic) is not { } kept) return;
        if (kept.Schema.DifferencesIfReadAs(schema) is { Count: > 0 } differences && !IsEmpty(values.Topic))
            Fault(values.Topic, differences);
    }

    /// <summary>Keeps the schemas that are other than before.</summary>
    /// <param name="pipeline">The pipeline that writes; null: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask WriteAsync(string? pipeline, CancellationToken cancellationToken)
        => TopicSchemas.WriteAsync(log, _changed.Values, pipeline, cancellationToken);

    private void Change(TopicSchema schema) => _known[schema.Topic] = _changed[schema.Topic] = schema;

    private TopicSchema? Of(string topic)
    {
        if (!_known.TryGetValue(topic, out var known)) _known[topic] = known = Find(topic);
        return known;
    }

    private TopicSchema? Find(string topic)
    {
        if (!_records.Value.Contains(topic) || TopicSchemas.IdentityOf(log, topic) is not { } identity) return null;
        TopicSchema? all = null;
        foreach (var record in _records.Value[topic].Where(record => record.Identity == identity))
            all = all is null || record.BeginsAnew ? record : all with { Schema = all.Schema.With(record.Schema, out _) };
        return all is null ? null : all with { BeginsAnew = false };
    }

    private bool IsEmpty(string topic) => log.GetTopic(topic).Ranges().All(static range => range.Start == range.End);

    private void Fault(string topic, IReadOnlyList<string> differences)
        => _faults.Add($"topic '{topic}': {string.Join("; ", differences)}. Undo the change, or write the new form to another topic; a "
            + "member may be given another name instead. A topic whose records were all trimmed takes any form.");
}
