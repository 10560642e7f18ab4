using System.Text.Json.Nodes;

namespace Dataflow.Dashboard.Api;

/// <summary>The topics of a job's log.</summary>
internal sealed record TopicListView(IReadOnlyList<TopicView> Topics);

/// <summary>A topic; the offsets of a partition are those that it still holds.</summary>
internal sealed record TopicView(string Name, IReadOnlyList<PartitionView> Partitions);

/// <summary>A partition: its first offset, and the one after its last record.</summary>
internal sealed record PartitionView(long Start, long End);

/// <summary>A topic with its settings and the forms of its keys and values; null where none is kept.</summary>
internal sealed record TopicDescriptionView(
    string Name, TopicSettingsView Settings, IReadOnlyList<PartitionView> Partitions, TopicFormView? Keys, TopicFormView? Values);

/// <summary>Settings of a topic, as far as its log knows them.</summary>
internal sealed record TopicSettingsView(long? RetentionMs, long? RetentionBytes, int? SegmentBytes);

/// <summary>The form of keys or values: see <see cref="TopicForm"/>.</summary>
internal sealed record TopicFormView(string Type, IReadOnlyList<TopicFormMember> Members, JsonObject Schema)
{
    public static TopicFormView? Of(TopicForm? form)
        => form is null ? null : new(form.Type, form.Members, JsonNode.Parse(form.Schema)!.AsObject());
}

/// <summary>Records of a partition, the newest last.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="From">The offset from which on records were looked at.</param>
/// <param name="Records">The records.</param>
internal sealed record RecordListView(string Topic, int Partition, long From, IReadOnlyList<RecordView> Records);

/// <summary>A record. Key and value are texts made for reading, cut off where they are long; null where there is none.</summary>
internal sealed record RecordView(long Offset, long TimestampMs, string? Key, string? Value, int ValueBytes);

/// <summary>The newest dead letters, counted.</summary>
/// <param name="Topic">The topic of dead letters; null where the pipeline writes none.</param>
/// <param name="Total">The number of letters that the topic holds.</param>
/// <param name="Seen">The number of newest ones that were counted.</param>
/// <param name="Groups">The groups, the largest first.</param>
internal sealed record DeadLettersView(string? Topic, long Total, int Seen, IReadOnlyList<DeadLetterGroup> Groups);

/// <summary>Dead letters of a step for one reason.</summary>
/// <param name="Id">The id, by which <c>dead-letters/{id}/replay</c> names the group.</param>
/// <param name="Step">The step.</param>
/// <param name="Reason">The reason; null where values are not shown, since it may quote them.</param>
/// <param name="Count">The number of letters.</param>
/// <param name="Replayed">The number of those whose record was written again.</param>
/// <param name="LastAtMs">The time of the newest.</param>
/// <param name="LastPlace">The newest one's record, such as <c>orders[3]@41</c>; empty where it is not known.</param>
internal sealed record DeadLetterGroup(
    string Id, string Step, string? Reason, int Count, int Replayed, long LastAtMs, string LastPlace);

/// <summary>The fate of the records of dead letters: see <see cref="ReplayedLetters"/>.</summary>
internal sealed record ReplayView(long Written, long Before, long Gone, long Elsewhere)
{
    public static ReplayView Of(ReplayedLetters done) => new(done.Written, done.Before, done.Gone, done.Elsewhere);
}

/// <summary>A pipeline has forgotten its checkpoints.</summary>
internal sealed record ForgottenView(string Detail);

/// <summary>An error, or an answer in words.</summary>
internal sealed record DetailView(string Detail);
