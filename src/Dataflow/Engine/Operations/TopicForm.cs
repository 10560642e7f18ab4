using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Serialization;

namespace Dataflow.Operations;

/// <summary>The form in which values, or keys, of a topic were written, as jobs and writers have kept it with the topic.</summary>
/// <param name="Type">The form in words: <c>Order, by names</c>.</param>
/// <param name="Members">What the values hold, and what that holds; the members of a type once.</param>
/// <param name="Schema">All of it in JSON, as it is kept.</param>
public sealed record TopicForm(string Type, IReadOnlyList<TopicFormMember> Members, string Schema)
{
    /// <summary>Reads the forms of a topic's keys and values; null where none is kept.</summary>
    /// <exception cref="LogException">There is no such topic, the log does not answer, or a form is of another version.</exception>
    /// <example><code>
    /// var (keys, values) = TopicForm.Of(_log, "orders");
    /// </code></example>
    public static (TopicForm? Keys, TopicForm? Values) Of(PartitionedLog log, string topic)
    {
        ArgumentNullException.ThrowIfNull(log);
        _ = log.GetTopic(topic);
        var kept = new KeptSchemas(log);
        return (Of(kept.SchemaOf(topic, areKeys: true)), Of(kept.SchemaOf(topic, areKeys: false)));
    }

    private static TopicForm? Of(ValueSchema? schema)
        => schema is null ? null : new(
            ShapeText.Of(schema.Shapes, 0),
            [.. SchemaMembers.Of(schema).Select(static of => new TopicFormMember(of.Member, of.Type))],
            schema.ToJson());
}

/// <summary>A member of what is in a topic.</summary>
/// <param name="Name">The name, behind those of the members in which it is: <c>Lines.Pieces</c>. A subtype is in brackets.</param>
/// <param name="Type">The form in words: <c>a whole number of 32 bits</c>.</param>
public sealed record TopicFormMember(string Name, string Type);
