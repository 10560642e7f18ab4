using System.Runtime.CompilerServices;
using Dataflow.Log;

namespace Dataflow;

static partial class Verbs
{
    extension(Job job)
    {
        /// <summary>Reads a topic that the job writes to, as it grows: what committed checkpoints cover, each result once.</summary>
        /// <remarks>Any number of readers may read at once, each at its own pace: unread results wait on disk, and hold nothing up. Results
        /// of a partition come in order. The sequence ends once the job has ended and everything is read; if the job failed, it then throws
        /// the job's error. It goes on over restarts (<see cref="JobOptions.Restarts"/>).</remarks>
        /// <param name="topic">The topic.</param>
        /// <param name="onlyNew">Whether to leave out what the topic holds at the time of the call.</param>
        /// <param name="cancellationToken">Ends the reading.</param>
        /// <exception cref="InvalidOperationException">The job has opened its log itself, and closes it when it ends.</exception>
        /// <exception cref="LogException">The log has no such topic.</exception>
        /// <exception cref="OperatorException">A value could not be decoded.</exception>
        /// <example><code>
        /// await foreach (var order in job.ReadAsync(large))
        /// {
        ///     Console.WriteLine($"{order.Customer}: {order.Pieces}");
        ///     if (order.Customer == "eve") break;
        /// }
        /// </code></example>
        public IAsyncEnumerable<T> ReadAsync<T>(Topic<T> topic, bool onlyNew = false, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(job);
            ArgumentNullException.ThrowIfNull(topic);
            if (job.Current.Options.Log is null) throw new InvalidOperationException(
                $"Job of pipeline '{job.Current.Plan.Pipeline}': it closes its log when it ends, so that its last results could not be "
                    + "read. Open the log, and give it to the job: JobOptions.Log.");
            var source = topic.AsSource();
            using (job.Current.Plan.Serdes.Enter()) source.CheckTypes(); // with the serdes of the pipeline
            var found = job.Log.GetTopic(topic.Name);
            var starts = Enumerable.Range(0, found.PartitionCount)
                .Select(partition => onlyNew ? found.EndOffset(partition) : found.StartOffset(partition)).ToArray();
            return new CommittedResults<T>(job, found, source).ReadAsync(starts, cancellationToken);
        }
    }
}

/// <summary>The values of a topic until a job ends.</summary>
internal sealed class CommittedResults<T>(Job job, LogTopic topic, Source<T> source)
{
    private const int MaxRead = 256;

    public async IAsyncEnumerable<T> ReadAsync(long[] starts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = new Record<T>[MaxRead];
        var context = new SourceContext(job.Log, TimeProvider.System);
        var splits = starts.Select((_, partition) => new SourceSplit(partition, partition, $"{topic.Name}[{partition}]", End: null));
        var readers = splits.Zip(starts, (split, start) => source.Open(split, start, context)).ToArray();
        var waits = new Task[readers.Length];
        Array.Fill(waits, Task.CompletedTask);
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            for (long[]? ends = null;;)
            {
                if (ends is null && job.Completion.IsCompleted) ends = [.. starts.Select((_, partition) => topic.EndOffset(partition))];
                for (var i = 0; i < readers.Length; i++)
                {
                    if (!waits[i].IsCompleted) continue;
                    await waits[i].ConfigureAwait(false);
                    var count = readers[i].Read(records);
                    for (var r = 0; r < count; r++) yield return records[r].Value;
                    if (count == 0) waits[i] = readers[i].WaitToReadAsync(closing.Token).AsTask();
                }

                var left = ends is null ? waits : [.. waits.Where((_, i) => readers[i].Position < ends[i])];
                if (left.Length == 0) break;
                await Task.WhenAny(ends is null ? [.. left, job.Completion] : left).ConfigureAwait(false);
            }
        }
        finally
        {
            await closing.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(waits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var reader in readers) reader.Dispose();
        }

        await job.Completion.ConfigureAwait(false);
    }
}
