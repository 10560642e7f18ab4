using Apache.Arrow;
using Dataflow.Log;
using RecordBatch = Apache.Arrow.RecordBatch;

namespace Dataflow.Arrow.Flight;

/// <summary>Rows that a <see cref="TrainingServer"/> serves: a topic of them, or the files of a training set.</summary>
public abstract class ServedSet
{
    // What a client takes in one message is 4 MiB where it says nothing else.
    private protected const int MaxRows = 1 << 12;
    private protected const int MaxBytes = 1 << 20;

    private protected ServedSet(string name, string topic) => (Name, Topic) = (name, topic);

    /// <summary>What trainers call it.</summary>
    public string Name { get; }

    /// <summary>The topic whose partitions are the shards, and of which cursors are offsets.</summary>
    internal string Topic { get; }

    /// <summary>The columns of its rows.</summary>
    internal abstract Schema Schema { get; }

    /// <summary>Serves the values of a topic, a column for each of their public properties.</summary>
    /// <param name="topic">The rows. It must exist when the server starts.</param>
    /// <param name="name">What trainers call it; the topic's name unless given.</param>
    /// <exception cref="ConnectorException">A property has no Arrow column.</exception>
    public static ServedSet Of<T>(Topic<T> topic, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return new TopicSet<T>(topic, name ?? topic.Name);
    }

    /// <summary>Serves the Arrow files that <c>Sink.TrainingSet</c> has written, as far as they are listed; a position is a number of rows.</summary>
    /// <param name="directory">The set's directory, with its manifest and at least one file.</param>
    /// <param name="name">What trainers call it; the directory's name unless given.</param>
    /// <exception cref="ConnectorException">It holds no training set of one topic in Arrow files.</exception>
    public static ServedSet OfFiles(string directory, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return FileSet.Open(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)), name);
    }

    /// <summary>The positions that a shard has now.</summary>
    internal abstract (long From, long To) RangeOf(LogStore log, int shard);

    /// <summary>The columns of what a ticket asks for, with where it comes from.</summary>
    internal abstract Schema SchemaOf(ShardTicket ticket);

    /// <summary>Reads what a ticket asks for.</summary>
    /// <returns>Batches, each valid until the next is asked for, with the position to go on from.</returns>
    internal abstract IEnumerable<(RecordBatch Batch, long Next)> Read(LogStore log, ShardTicket ticket);
}
