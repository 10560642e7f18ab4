using Dataflow.Log;

namespace Dataflow;

/// <summary>Makes descriptions of topics for pipelines: <c>Topic.Of&lt;Click&gt;("clicks")</c>.</summary>
public static class Topic
{
    /// <summary>Describes a topic of values of one type.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-'.</param>
    /// <param name="partitions">The number of partitions if a pipeline or a writer finds the topic missing and creates it; an existing
    /// topic keeps its own.</param>
    /// <param name="serde">The serde of the values; unless given, the pipeline's for the type, or <see cref="Serde{T}.Default"/>.</param>
    /// <example><code>
    /// var topic = Topic.Of&lt;Order>("orders", partitions: 1);
    /// </code></example>
    public static Topic<T> Of<T>(string name, int partitions = 4, Serde<T>? serde = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        return new Topic<T>(name, partitions, serde, StopsAtEnd: false);
    }
}

/// <summary>A topic of values of one type, to read from and to write to. Made by <see cref="Topic.Of"/>.</summary>
public sealed record Topic<T>
{
    private readonly Serde<T>? _serde;

    internal Topic(string name, int partitions, Serde<T>? serde, bool StopsAtEnd)
    {
        Name = name;
        Partitions = partitions;
        _serde = serde;
        this.StopsAtEnd = StopsAtEnd;
    }

    /// <summary>The topic's name in the log.</summary>
    public string Name { get; }

    /// <summary>The number of partitions if the topic is missing and created.</summary>
    public int Partitions { get; }

    internal Serde<T> Serde => _serde ?? Serde<T>.Current;

    internal bool StopsAtEnd { get; init; }

    /// <summary>Returns the same topic, read only up to its end when the job first starts with an end; then the job ends.</summary>
    /// <remarks>A job that starts again before that has the same end. A pipeline that has finished is refused if the topic has grown since:
    /// it would read none of that.</remarks>
    public Topic<T> StopAtEnd() => this with { StopsAtEnd = true };

    /// <summary>Reads all currently committed values, partition by partition, outside any pipeline.</summary>
    /// <exception cref="LogException">The log has no such topic.</exception>
    /// <exception cref="OperatorException">A value could not be decoded.</exception>
    public IEnumerable<T> ReadAll(PartitionedLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var source = new TopicSource<T>(StopAtEnd());
        var context = new SourceContext(log, TimeProvider.System);
        var records = new Record<T>[1024];
        foreach (var (index, split) in source.Describe(context).Index())
        {
            using var reader = source.Open(new SourceSplit(index, index, split.Name, split.End), 0, context);
            while (!reader.IsFinished)
            {
                var count = reader.Read(records);
                for (var i = 0; i < count; i++) yield return records[i].Value;
                if (count == 0 && !reader.IsFinished) reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
            }
        }
    }

    /// <summary>Returns the topic as a source of values, to be read outside of a pipeline, or wrapped.</summary>
    public Source<T> AsSource() => new TopicSource<T>(this);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
