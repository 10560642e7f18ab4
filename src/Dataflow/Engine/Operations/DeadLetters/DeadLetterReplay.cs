using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Dataflow.Log;

namespace Dataflow;

/// <summary>Writes the records of dead letters again.</summary>
internal sealed class DeadLetterReplay(PartitionedLog log, DeadLetterStore letters)
{
    private const string Header = "dataflow-replay-of";
    private const int MaxBytes = 4 << 20;

    private static readonly ConditionalWeakTable<PartitionedLog, SemaphoreSlim> s_turns = [];

    private readonly Dictionary<(LogTopic Topic, int Partition), RecordBuffer> _again = [];
    private readonly List<(long Timestamp, string Place)> _marks = [];

    public async Task<ReplayedLetters> RunAsync(Func<DeadLetter, bool> which, bool isDryRun, CancellationToken cancellationToken)
    {
        var turn = s_turns.GetValue(log, static _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var known = isDryRun ? null : await PrepareAsync(cancellationToken).ConfigureAwait(false);
            return await WriteAsync(which, known, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Shuts out other processes, and returns the topic of what was replayed.</summary>
    private async Task<LogTopic?> PrepareAsync(CancellationToken cancellationToken)
    {
        if (!log.TryGetTopic(letters.Topic, out _)) return null;
        await log.FenceAsync(letters.ReplayedTopic, cancellationToken).ConfigureAwait(false);
        return await log.CreateTopicAsync(letters.ReplayedTopic, 1, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ReplayedLetters> WriteAsync(Func<DeadLetter, bool> which, LogTopic? marks, CancellationToken cancellationToken)
    {
        var (done, replayed, seen) = (default(ReplayedLetters), letters.ReadReplayed(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var kept in letters.Read().Where(kept => which(kept.Letter)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (letter, place) = (kept.Letter, kept.Record);
            if (place is not null && !seen.Add(place)) continue;
            if (place is null || !TryFind(letter, out var topic, out var partition)) done = done with { Elsewhere = done.Elsewhere + 1 };
            else if (replayed.Contains(place)) done = done with { Before = done.Before + 1 };
            else if (TryCopy(topic, partition, letter.Position, place)) done = done with { Written = done.Written + 1 };
            else done = done with { Gone = done.Gone + 1 };
            if (_again.Values.Sum(static records => (long)records.Bytes) >= MaxBytes)
                await CommitAsync(marks).ConfigureAwait(false);
        }

        await CommitAsync(marks).ConfigureAwait(false);
        return done;
    }

    /// <summary>Finds the topic of a split, which is called as in <c>orders[3]</c>.</summary>
    private bool TryFind(DeadLetter letter, [MaybeNullWhen(false)] out LogTopic topic, out int partition)
    {
        (topic, partition) = (null, 0);
        var (name, open) = (letter.Source, letter.Source.LastIndexOf('['));
        return open > 0 && name.EndsWith(']') && int.TryParse(name.AsSpan(open + 1, name.Length - open - 2), out partition)
            && log.TryGetTopic(name[..open], out topic) && partition < topic.PartitionCount;
    }

    private bool TryCopy(LogTopic topic, int partition, long position, string place)
    {
        if (position < topic.StartOffset(partition) || position >= topic.EndOffset(partition)) return false;
        using var reader = log.OpenReader(topic.Name, partition, position);
        if (!reader.TryReadBefore(position + 1, out var batch)) return false;
        foreach (var record in batch)
        {
            if (record.Offset != position) continue;
            if (!_again.TryGetValue((topic, partition), out var records)) _again[(topic, partition)] = records = new RecordBuffer();
            Append(records, record, place);
            _marks.Add((record.Timestamp, place));
            return true;
        }

        return false;
    }

    private static void Append(RecordBuffer records, LogRecord record, string place)
    {
        var headers = new List<RecordHeader>();
        foreach (var header in record.Headers) headers.Add(header);
        headers.Add(new(Header, Encoding.UTF8.GetBytes(place)));
        if (!record.HasValue) records.AppendTombstone(record.Timestamp, record.Key.Span, headers.ToArray());
        else if (record.HasKey) records.Append(record.Timestamp, record.Key.Span, record.Value.Span, headers.ToArray());
        else records.Append(record.Timestamp, record.Value.Span, headers.ToArray());
    }

    /// <summary>Commits what was gathered, with the marks; of a dry run nothing.</summary>
    private async Task CommitAsync(LogTopic? marks)
    {
        var commit = new LogCommit { Owner = letters.ReplayedTopic };
        var replayed = new RecordBuffer();
        foreach (var (timestamp, place) in _marks) replayed.Append(timestamp, Encoding.UTF8.GetBytes(place));
        foreach (var ((topic, partition), records) in _again) commit.Add(topic, partition, records);
        _marks.Clear();
        _again.Clear();
        if (marks is null || replayed.Count == 0) return;
        commit.Add(marks, 0, replayed);
        await log.CommitAsync(commit).ConfigureAwait(false);
    }
}
