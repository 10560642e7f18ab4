using System.Buffers;
using Dataflow.Log;

namespace Dataflow.Testing;

/// <summary>Drives a pipeline step by step, without threads: feeds its topics, moves its clock, reads its results, restarts it.</summary>
/// <remarks>After each call all available work is done and committed. Event time advances with the fed records, and with the clock once
/// every partition is idle.</remarks>
/// <param name="pipeline">Creates the pipeline, anew for each start; it reads topics.</param>
/// <param name="workers">The number of workers, which take turns.</param>
public sealed class PipelineDriver(Func<Pipeline> pipeline, int workers = 1) : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private SimulatedJob? _job;
    private Pipeline? _made; // the running pipeline, or the next to run

    /// <summary>The pipeline's only clock.</summary>
    public SimulatedClock Clock { get; } = new();

    /// <summary>The job's progress: late and unmatched records, watermarks, entries of state.</summary>
    public JobStatus Status => Job.Status;

    private SimulatedJob Job => _job ??= SimulatedJob.Start(Made, _log, workers, clock: Clock);

    private Pipeline Made => _made ??= pipeline();

    /// <summary>Appends values to the first partition of a topic and processes them.</summary>
    /// <remarks>A missing topic is created with its declared partitions. Those that are not fed hold event
    /// time back until the clock has gone on by <c>idleAfter</c>: declare one partition where a test is not about them.</remarks>
    public void Feed<T>(Topic<T> topic, params IEnumerable<T> values) => FeedPartition(topic, 0, values);

    /// <summary>Appends values to one partition of a topic, which is created as by <see cref="Feed"/>, and processes them.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">Its number, from 0.</param>
    /// <param name="values">The values, without keys.</param>
    public void FeedPartition<T>(Topic<T> topic, int partition, params IEnumerable<T> values)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(values);
        using var scope = Made.Serdes.Enter();
        var bytes = new ArrayBufferWriter<byte>();
        var records = new RecordBuffer();
        foreach (var value in values)
        {
            bytes.ResetWrittenCount();
            topic.Serde.Write(value, bytes);
            records.Append(0, bytes.WrittenSpan);
        }

        var commit = new LogCommit();
        commit.Add(_log.CreateTopicAsync(topic.Name, topic.Partitions).AsTask().GetAwaiter().GetResult(), partition, records);
        _log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
        Settle();
    }

    /// <summary>Appends values with their keys to a topic, which is created as by <see cref="Feed"/>, and processes them.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">The key of a value, which decides the partition as pipelines and writers do.</param>
    /// <param name="values">The values.</param>
    public void FeedByKey<TKey, T>(Topic<T> topic, Func<T, TKey> key, params IEnumerable<T> values)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(values);
        using (Made.Serdes.Enter())
        {
            var writer = _log.OpenWriterAsync<TKey, T>(topic, time: Clock).GetAwaiter().GetResult();
            foreach (var value in values) writer.WriteAsync(key(value), value).GetAwaiter().GetResult();
            writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        Settle();
    }

    /// <summary>Advances the clock and does all work that becomes due.</summary>
    public void Advance(TimeSpan by)
    {
        _ = Job;
        Clock.Advance(by);
        Settle();
    }

    /// <summary>Returns all values of a topic so far.</summary>
    public IReadOnlyList<T> Read<T>(Topic<T> topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        using var scope = Made.Serdes.Enter();
        return _log.TryGetTopic(topic.Name, out _) ? [.. topic.ReadAll(_log)] : [];
    }

    /// <summary>Returns the current row of a key in a table.</summary>
    /// <param name="table">A table of the pipeline as it was created last.</param>
    /// <param name="key">The key.</param>
    public TableRow<TRow> Read<TKey, TRow>(Table<TKey, TRow> table, TKey key)
        where TKey : notnull
        => Job.Read(table, key);

    /// <summary>Abandons the job and starts another from its last checkpoint.</summary>
    public void Restart()
    {
        Dispose(disposesLog: false);
        Settle();
    }

    /// <inheritdoc/>
    public void Dispose() => Dispose(disposesLog: true);

    private void Dispose(bool disposesLog)
    {
        _job?.Close();
        (_job, _made) = (null, null);
        if (disposesLog) _log.Dispose();
    }

    private void Settle()
    {
        Job.RunUntilIdle();
        Job.Checkpoint();
    }
}
