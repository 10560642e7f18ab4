using Dataflow.Log;

namespace Dataflow.Arrow;

static partial class ArrowSinks
{
    extension(Sink)
    {
        /// <summary>Writes a Parquet file, compressed with Zstandard, with a column for each public property of
        /// <typeparamref name="T"/>.</summary>
        /// <remarks>Works like <c>Sink.Arrow</c>: until the job ends the rows are in <c>path.partial</c>, as an Arrow stream. A row group
        /// has at most 65,536 rows and ends with a checkpoint.</remarks>
        /// <typeparam name="T">The type of the values; see <c>Sink.Arrow</c>.</typeparam>
        /// <param name="path">The file. Its directory must exist.</param>
        /// <exception cref="ConnectorException">A property has no column.</exception>
        /// <example><code>
        /// rows.To(Sink.Parquet&lt;TrainingRow>(parquet));
        /// </code></example>
        public static Sink<T> Parquet<T>(string path)
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            return new RowFileSink<T>(PhysicalFileSystem.Instance, Path.GetFullPath(path), new ParquetFormat());
        }
    }
}
