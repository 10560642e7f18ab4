using System.Collections.Immutable;
using System.Text;
using Dataflow.Log;

namespace Dataflow;

/// <summary>The dead letters that a pipeline keeps in its log. Their records can be written again.</summary>
/// <remarks>Safe for several threads. It remembers which records were replayed, and reads only what is new of that: keep one where you ask
/// often.</remarks>
public sealed class DeadLetterStore
{
    private static readonly string[] s_endings = [".dead-letters", ".replayed"];

    private readonly PartitionedLog _log;
    private readonly string _pipeline;
    private readonly Lock _lock = new();
    private ImmutableHashSet<string> _replayed = [];
    private long _replayedEnd;

    /// <summary>The letters of a pipeline, which need not run.</summary>
    /// <param name="log">The log of the pipeline's jobs.</param>
    /// <param name="pipeline">The pipeline's name.</param>
    public DeadLetterStore(PartitionedLog log, string pipeline)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentException.ThrowIfNullOrWhiteSpace(pipeline);
        (_log, _pipeline) = (log, pipeline);
    }

    /// <summary>The topic of the letters: <c>PIPELINE.dead-letters</c>. It exists from the first start of a pipeline that keeps
    /// letters on.</summary>
    public string Topic => DeadLetter.TopicOf(_pipeline);

    /// <summary>The topic of the records that were replayed: <c>PIPELINE.replayed</c>, with a text such as <c>orders[3]@41</c> for
    /// each.</summary>
    public string ReplayedTopic => $"{_pipeline}.replayed";

    /// <summary>Reads the letters, the oldest first, up to those that there are at the call.</summary>
    /// <param name="max">The most letters: the newest of all.</param>
    /// <exception cref="LogException">The log is closed or failed.</exception>
    public IEnumerable<KeptLetter> Read(long max = long.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        if (!_log.TryGetTopic(Topic, out var topic)) yield break;
        var (start, end) = topic.Ranges()[0];
        var replayed = ReadReplayed();
        using var reader = _log.OpenReader(Topic, 0, end - start > max ? end - max : start);
        while (reader.TryReadBefore(end, out var batch))
        {
            foreach (var kept in Of(batch)) yield return kept with { IsReplayed = kept.Record is { } record && replayed.Contains(record) };
        }
    }

    /// <summary>Writes the records of letters again, each once: to the end of its partition, with its key, value, time and headers, and
    /// with its place in the header <c>dataflow-replay-of</c>.</summary>
    /// <remarks>Every reader of the topic gets the record a second time, as do those branches of the pipeline on which it had not failed.
    /// It may be late by then, and comes behind newer records of its key: do not replay topics that are read as tables. What was replayed
    /// is written in the same commit as the records, so that no record is replayed twice, also not by several callers at once or after a
    /// crash. A record that fails again has a new letter. To process records again in a pipeline of their own use
    /// <see cref="Source.Replay{T}(Topic{T}, string)"/>.</remarks>
    /// <param name="which">The letters whose records are written; all unless given.</param>
    /// <param name="isDryRun">Whether the records are only counted.</param>
    /// <param name="cancellationToken">Ends the replay between two commits; what was written stays.</param>
    /// <exception cref="LogFullException">The disk is full. What was written is known; call again.</exception>
    /// <exception cref="LogException">The log is closed or failed.</exception>
    /// <example><code>
    /// var letters = new DeadLetterStore(_log, "shares");
    /// var replayed = await letters.ReplayAsync(letter => letter.Step == "good", cancellationToken: Stop);
    /// </code></example>
    public Task<ReplayedLetters> ReplayAsync(
        Func<DeadLetter, bool>? which = null, bool isDryRun = false, CancellationToken cancellationToken = default)
        => new DeadLetterReplay(_log, this).RunAsync(which ?? (static _ => true), isDryRun, cancellationToken);

    /// <summary>The names of the pipelines of a log that keep letters, or have replayed some.</summary>
    internal static IEnumerable<string> Pipelines(PartitionedLog log)
        => log.ListTopics().SelectMany(static topic => s_endings
            .Where(ending => topic.EndsWith(ending, StringComparison.Ordinal)).Select(ending => topic[..^ending.Length])).Distinct();

    /// <summary>The records that were replayed until now.</summary>
    internal ImmutableHashSet<string> ReadReplayed()
    {
        lock (_lock)
        {
            if (!_log.TryGetTopic(ReplayedTopic, out var topic)) return [];
            var (start, end) = topic.Ranges()[0];
            var known = _replayed.ToBuilder();
            using var reader = _log.OpenReader(ReplayedTopic, 0, Math.Max(_replayedEnd, start));
            while (reader.TryReadBefore(end, out var batch))
            {
                foreach (var record in batch) known.Add(Encoding.UTF8.GetString(record.Value.Span));
            }

            _replayedEnd = end;
            return _replayed = known.ToImmutable();
        }
    }

    private static List<KeptLetter> Of(RecordBatch batch)
    {
        var letters = new List<KeptLetter>();
        foreach (var record in batch) letters.Add(new(record.Offset, Serde<DeadLetter>.Default.Read(record.Value), false));
        return letters;
    }
}
