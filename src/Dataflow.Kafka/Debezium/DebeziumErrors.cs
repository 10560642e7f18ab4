namespace Dataflow.Kafka;

/// <summary>Makes errors of Debezium's messages. The reader adds where they are.</summary>
internal static class DebeziumErrors
{
    public static DataflowException NoKey()
        => new("The record has no key, so it is no row of a table. Give the table a primary key, or the connector message.key.columns.");

    public static DataflowException NoChange()
        => new("The message is no change of a row: it has no 'op' of Debezium with the row that belongs to it. Heartbeats, transactions "
            + "and changes of schemas are in topics of their own: leave those out. Messages that a transform has made flat "
            + "(ExtractNewRecordState) are read with Source.KafkaTable.");

    public static DataflowException Truncated()
        => new("The table was truncated (op 't'), which is no change of single rows. Have the connector leave such messages out "
            + "(skipped.operations), and delete rows instead.");

    public static DataflowException KeyOfSeveral(Type type)
        => new($"The key is of several columns, so it is no {type.Name}. Read it as a record that has them as members.");

    public static DataflowException NotGiven()
        => new("A column is missing from the change, because it is large and did not change (unavailable.value.placeholder). Let the "
            + "database give whole rows: in PostgreSQL ALTER TABLE … REPLICA IDENTITY FULL; or leave the column out of the row's type.");
}
