using Confluent.Kafka;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Makes errors of Kafka's: where, what, and what to do. Separates those that may pass from those that stay.</summary>
internal static class KafkaErrors
{
    private const string Anew = "start the job anew without its checkpoints (Pipeline.ForgetAsync)";

    // What helps against an answer that stays.
    private static readonly Dictionary<ErrorCode, string> s_remedies = new()
    {
        [ErrorCode.Local_Authentication] = "Check sasl.mechanism, sasl.username and sasl.password.",
        [ErrorCode.SaslAuthenticationFailed] = "Check sasl.mechanism, sasl.username and sasl.password.",
        [ErrorCode.UnsupportedSaslMechanism] = "Set sasl.mechanism to one that the broker has.",
        [ErrorCode.Local_Ssl] = "Check security.protocol, ssl.ca.location and the names in the broker's certificate.",
        [ErrorCode.TopicAuthorizationFailed] = "Grant READ on the topic to read it; WRITE, READ and DESCRIBE to write to it.",
        [ErrorCode.GroupAuthorizationFailed] = "Grant READ on the group.",
        [ErrorCode.TransactionalIdAuthorizationFailed] = "Grant WRITE and DESCRIBE on transactional ids that begin with 'dataflow.'.",
        [ErrorCode.ClusterAuthorizationFailed] = "Grant IDEMPOTENT_WRITE on the cluster.",
        [ErrorCode.UnknownTopicOrPart] = "Create the topic, or correct its name.",
        [ErrorCode.Local_UnknownTopic] = "Create the topic, or correct its name.",
        [ErrorCode.Local_UnknownPartition] = "The topic has fewer partitions than before: was it created anew?",
        [ErrorCode.TopicException] = "Correct the topic's name.",
        [ErrorCode.MsgSizeTooLarge] = "Raise the topic's max.message.bytes, and message.max.bytes of the client, or write smaller records.",
        [ErrorCode.RecordListTooLarge] = "Raise the topic's segment.bytes, or lower batch.size.",
        [ErrorCode.InvalidTransactionTimeout] =
            "Set transaction.timeout.ms to at most the broker's transaction.max.timeout.ms.",
        [ErrorCode.InvalidTimestamp] = "Raise the topic's message.timestamp.before.max.ms: event times are older than it allows.",
        [ErrorCode.InvalidRecord] = "The topic does not take such records: a compacted one wants keys.",
        [ErrorCode.PolicyViolation] = "A policy of the cluster forbids it; ask the people who run the cluster.",
        [ErrorCode.UnsupportedVersion] = "Use brokers of Kafka 2.5 or newer.",
        [ErrorCode.UnsupportedForMessageFormat] = "Use brokers of Kafka 2.5 or newer.",
    };

    public static bool IsFencing(Error error)
        => error.Code is ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch;

    /// <summary>Whether the cluster has refused the client, so that waiting for an answer is of no use.</summary>
    public static bool IsRefusal(Error error)
        => error.Code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.SaslAuthenticationFailed;

    /// <summary>Makes the error of a failed operation.</summary>
    /// <param name="kafka">The cluster.</param>
    /// <param name="where">The operation's object, such as <c>topic 'clicks'</c>.</param>
    /// <param name="error">The client's error.</param>
    public static ConnectorException Of(KafkaCluster kafka, string where, Error error)
    {
        var reason = kafka.WithoutSecrets(error.Reason).TrimEnd('.');
        var remedy = s_remedies.GetValueOrDefault(error.Code);
        return remedy is null
            ? new($"{kafka}, {where}: it did not answer as it should ({error.Code}: {reason}). Nothing committed is lost; see that its "
                + "brokers run and have room, then start the job again.") { IsTransient = !error.IsFatal }
            : new($"{kafka}, {where}: it refused ({error.Code}: {reason}). {remedy}");
    }

    /// <summary>Makes the error of a failed operation of a log.</summary>
    public static LogException OfLog(KafkaCluster kafka, string where, Error error)
    {
        var named = Of(kafka, where, error);
        return new(named.Message) { IsTransient = named.IsTransient };
    }

    public static ShutOutException FencedInLog(KafkaCluster kafka, string transactionalId)
        => new($"{kafka}: another process has taken over transactional id '{transactionalId}', or the broker ended a transaction that took "
            + "longer than transaction.timeout.ms. This process commits no more in that name, and nothing is there twice.");

    public static LogException OtherPartitions(KafkaCluster kafka, string topic, int partitions, int wanted)
        => new($"{kafka}, topic '{topic}': it has {partitions} partitions, not {wanted}. Use that number, or another name.");

    public static ConnectorException NotYours(KafkaCluster kafka, string setting)
        => new($"{kafka}, setting '{setting}': exactly-once reading and writing depend on it, so it has a fixed value. Leave it out.");

    public static ConnectorException BadSetting(KafkaCluster kafka, Exception error)
    {
        // The client repeats a wrong value, which may be a secret in the wrong place.
        var parts = error.Message.Split('"');
        var reason = error.Message.StartsWith("Invalid value", StringComparison.Ordinal) && parts.Length > 3
            ? $"the value of '{parts[3]}' is not one that it may have"
            : kafka.WithoutSecrets(error.Message).TrimEnd('.');
        return new($"{kafka}, its settings: {reason}. See librdkafka's CONFIGURATION.md for names and values.");
    }

    public static ConnectorException NoTopic(KafkaCluster kafka, TopicNames names)
        => new($"{kafka}: no topic matches '{names}'. Create one, or correct the expression.");

    public static ConnectorException Recreated(KafkaCluster kafka, string split)
        => new($"{kafka}, split '{split}': the topic was deleted and created anew since the job read it, so the job's position means "
            + $"nothing in it. To read the new topic, {Anew}.");

    public static ConnectorException Trimmed(KafkaCluster kafka, string split, long position, long first)
        => new($"{kafka}, split '{split}': the job had read up to offset {position}, but the first that the topic still holds is {first}: "
            + $"{first - position} offsets were deleted unread. Give the topic a longer retention; to go on without them, {Anew}.");

    public static ConnectorException Truncated(KafkaCluster kafka, string split, long position, long end)
        => new($"{kafka}, split '{split}': the job had read up to offset {position}, but the partition ends at {end}: the cluster has lost "
            + $"records that the job had read, or the topic was created anew. To read what is there now, {Anew}.");

    public static ConnectorException Diverged(KafkaCluster kafka, string split, long position, string reason)
        => new($"{kafka}, split '{split}': its records up to offset {position} are not those that the job had read "
            + $"({reason.TrimEnd('.')}). The cluster has lost records, or the topic was created anew. To read what is there now, {Anew}.");

    public static ConnectorException Grown(KafkaCluster kafka, TopicNames names, int before, int now)
        => new($"{kafka}, topic '{names}': it has {now} partitions now, and had {before} when the job started. The job ends here to start "
            + "again with all of them, from its last checkpoint: give JobOptions.Restarts, or start it yourself.") { IsTransient = true };

    public static ConnectorException TooLarge(KafkaCluster kafka, string topic, long bytes, int max)
        => new($"{kafka}, topic '{topic}': a record has {bytes} bytes, more than message.max.bytes allows ({max}). Raise it, and the "
            + "topic's max.message.bytes, or write smaller records.");

    public static ConnectorException Fenced(KafkaCluster kafka, string topic, string transactionalId)
        => new($"{kafka}, topic '{topic}': another writer has taken over transactional id '{transactionalId}', or the broker ended a "
            + "transaction that took longer than transaction.timeout.ms. This job writes no more, and no result is there twice. See that "
            + "the pipeline runs only once, then start it again.");

    public static ConnectorException PositionUnfit(
        KafkaCluster kafka, string topic, bool isSameLife, long position, long start, long end)
        => new($"{kafka}, topic '{topic}': "
            + (isSameLife
                ? $"results up to {position} of the outbox are in it, but the outbox has {start} to {end}: the log is older than the "
                    + "topic. "
                : "the pipeline has been started on another log since, which has written to it. ")
            + $"Run it on the newest log; or {Anew}, which writes results again.");

    public static ConnectorException PositionLost(KafkaCluster kafka, string topic, string positions, long start, long end)
        => new($"{kafka}, topic '{topic}': results {start} to {end} are in the outbox, and it is not known which of them are in the "
            + $"topic already, because topic '{positions}' is empty. Restore that topic; or {Anew}, which writes results again.");

    public static ConnectorException CannotCreate(KafkaCluster kafka, string positions, Error error)
        => new($"{kafka}, topic '{positions}': it could not be created "
            + $"({error.Code}: {kafka.WithoutSecrets(error.Reason).TrimEnd('.')}). Grant CREATE, WRITE and READ on topics that begin "
            + "with 'dataflow.', or create it with one partition and cleanup.policy=compact.");
}
