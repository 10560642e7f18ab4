using Dataflow.Log;

namespace Dataflow.Arrow;

static partial class ArrowSinks
{
    extension(Sink)
    {
        /// <summary>Writes an Arrow IPC file with a column for each public property of <typeparamref name="T"/>.</summary>
        /// <remarks>Until the job ends the record batches are in <c>path.partial</c> as an Arrow stream, synced with every checkpoint; then
        /// they are written as a file of the final name, replacing an existing one. A batch has at most 65,536 rows and ends with a
        /// checkpoint. A job with unbounded input never finishes the file. On a log that processes share, <paramref name="path"/> is a
        /// directory, in which each process writes files of its own: see <see cref="FileParts"/>.</remarks>
        /// <typeparam name="T">The type of the values. Properties may be numbers, <c>bool</c>, <c>string</c>, enums (as text),
        /// <c>DateTime</c> and <c>DateTimeOffset</c> (as UTC milliseconds), nullable ones of these, <c>byte[]</c>, and <c>float[]</c> (as a
        /// list).</typeparam>
        /// <param name="path">The file. Its directory must exist.</param>
        /// <exception cref="ConnectorException">A property has no Arrow column.</exception>
        /// <example><code>
        /// rows.Where(flight => flight.Delay > 60).To(Sink.Arrow&lt;TrainingRow>(file));
        /// </code></example>
        public static Sink<T> Arrow<T>(string path)
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            return new RowFileSink<T>(PhysicalFileSystem.Instance, Path.GetFullPath(path), new ArrowFormat());
        }
    }
}
