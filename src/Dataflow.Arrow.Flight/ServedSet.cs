using Apache.Arrow;
using Dataflow.Log;
using RecordBatch = Apache.Arrow.RecordBatch;

namespace Dataflow.Arrow.Flight;

/// <summary>Rows that a <see cref="TrainingServer"/> serves: those of a topic, or the files of a training set.</summary>
public abstract class ServedSet
{
    // The default limit of a client's messages is 4 MiB.
    private protected const int MaxRows = 1 << 12;
    private protected const int MaxBytes = 1 << 20;

    private protected ServedSet(string name, string topic) => (Name, Topic) = (name, topic);

    /// <summary>The name by which trainers ask for it.</summary>
    public string Name { get; }

    /// <summary>The topic whose partitions are the shards, and to whose offsets cursors refer.</summary>
    internal string Topic { get; }

    /// <summary>The columns of its rows.</summary>
    internal abstract Schema Schema { get; }

    /// <summary>Serves the values of a topic, with a column for each of their public properties.</summary>
    /// <param name="topic">The topic of the rows. It must exist when the server starts.</param>
    /// <param name="name">The name for trainers; the topic's name unless given.</param>
    /// <exception cref="ConnectorException">A property has no Arrow column.</exception>
    public static ServedSet Of<T>(Topic<T> topic, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return new TopicSet<T>(topic, name ?? topic.Name);
    }

    /// <summary>Serves the Arrow files that <c>Sink.TrainingSet</c> has written and listed; a position is a number of rows.</summary>
    /// <param name="directory">The set's directory, with its manifest and at least one file.</param>
    /// <param name="name">The name for trainers; the directory's name unless given.</param>
    /// <exception cref="ConnectorException">The directory holds no training set of one topic in Arrow files.</exception>
    public static ServedSet OfFiles(string directory, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return FileSet.Open(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)), name);
    }

    /// <summary>Returns the present range of positions of a shard.</summary>
    internal abstract (long From, long To) RangeOf(PartitionedLog log, int shard);

    /// <summary>Returns the columns of a ticket's rows, with their origin in the metadata.</summary>
    internal abstract Schema SchemaOf(ShardTicket ticket);

    /// <summary>Reads the rows of a ticket.</summary>
    /// <returns>The batches, each valid until the next is requested, with the position to continue from.</returns>
    internal abstract IEnumerable<(RecordBatch Batch, long Next)> Read(PartitionedLog log, ShardTicket ticket);
}
