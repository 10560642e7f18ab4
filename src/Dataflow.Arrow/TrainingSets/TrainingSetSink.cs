using Dataflow.Log;

namespace Dataflow.Arrow;

static partial class ArrowSinks
{
    extension(Sink)
    {
        /// <summary>Writes rows as files for distributed training: a shard for each partition of the log from which the rows come, one file
        /// after the other, named <c>topic-partition-sequence</c>.</summary>
        /// <remarks>A file gets its name once it has all its rows and the checkpoint that covers them is committed; the last ones when the
        /// job ends. Until then its rows are in <c>name.partial</c>. <c>manifest.json</c> lists the finished files, each with its rows and
        /// its range of the log, and says whether the set is complete. The schema of each file has the same data: <c>dataflow.pipeline</c>,
        /// <c>dataflow.plan</c> (<see cref="SinkContext.PlanHash"/>), <c>dataflow.topic</c>, <c>dataflow.partition</c>,
        /// <c>dataflow.from</c> and <c>dataflow.to</c>, the offset behind the last row's. If rows come from a topic without an exchange
        /// between, files of the same range have the same bytes whatever crashes, checkpoints and workers there were. A changed plan begins
        /// a new file.</remarks>
        /// <typeparam name="T">The type of the rows; see <c>Sink.Arrow</c>.</typeparam>
        /// <param name="directory">The directory; created if it is missing. It must not hold another training set.</param>
        /// <param name="options">The format and size of the files. Default: Arrow, of 1,048,576 rows.</param>
        /// <exception cref="ConnectorException">A property has no column.</exception>
        /// <example><code>
        /// rows.To(Sink.TrainingSet&lt;TrainingRow>(folder, new TrainingSetOptions { RowsPerFile = 100_000 }));
        /// </code></example>
        public static Sink<T> TrainingSet<T>(string directory, TrainingSetOptions? options = null)
        {
            ArgumentException.ThrowIfNullOrEmpty(directory);
            return new TrainingSetSink<T>(
                PhysicalFileSystem.Instance, Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)), options ?? new());
        }
    }
}

/// <summary>The options of a training set: format and size of its files.</summary>
public sealed record TrainingSetOptions
{
    /// <summary>Whether files are Parquet, compressed with Zstandard, for archives and warehouses. Default: Arrow IPC, uncompressed,
    /// which trainers map into memory.</summary>
    public bool IsParquet { get; init; }

    /// <summary>The number of rows of a file, after which the next is begun. Rows from the same record of the log stay together. Default
    /// 1,048,576.</summary>
    public int RowsPerFile
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(RowsPerFile));
            field = value;
        }
    } = 1 << 20;
}

internal sealed class TrainingSetSink<T> : Sink<T>
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly TrainingSetOptions _options;

    public TrainingSetSink(IFileSystem files, string directory, TrainingSetOptions options)
    {
        (_files, _directory, _options) = (files, directory, options);
        ArrowRows<T>.Create();
    }

    public override string Name => Path.GetFileName(_directory);

    public override string Guarantee => "exactly once, a file visible when it is full";

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
        => new TrainingSetWriter<T>(TrainingFolder.Open(_files, _directory, _options, context, isNew: state.IsEmpty), state);
}
