
namespace Dataflow;

static partial class Source
{
    /// <summary>Reads the records of a source again for which a pipeline has written dead letters, each once, in the order of the letters;
    /// ends with the last letter that exists when the job first starts.</summary>
    /// <remarks>Dead letters hold no content: each record is read again at its original position, and must still exist. One that still
    /// cannot be decoded, or is gone, is a bad record of this source, at the letter's offset. Each record is opened on its own, which in a
    /// compressed or CSV file costs a pass over everything before it.</remarks>
    /// <param name="original">The source that the pipeline read, or one with the same splits that decodes them better.</param>
    /// <param name="deadLettersOf">The pipeline's name.</param>
    /// <example><code>
    /// mended.From(Source.Replay(numbers, deadLettersOf: "shares")).Select(text => $"again: '{text}'").To(Sink.Console&lt;string>());
    /// </code></example>
    public static Source<T> Replay<T>(Source<T> original, string deadLettersOf)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentException.ThrowIfNullOrWhiteSpace(deadLettersOf);
        return new ReplaySource<T>(
            original is OrderedSource<T> ordered ? ordered.AsItIs : original, DeadLetter.TopicOf(deadLettersOf));
    }

    /// <summary>Reads the records of a topic again for which a pipeline has written dead letters.</summary>
    public static Source<T> Replay<T>(Topic<T> original, string deadLettersOf)
    {
        ArgumentNullException.ThrowIfNull(original);
        return Source.Replay(new TopicSource<T>(original), deadLettersOf);
    }
}

internal sealed class ReplaySource<T>(Source<T> original, string letters) : Source<T>
{
    public override string Name => $"{letters}/{original.Name}";

    public override bool EndsAtFirstStart => true;

    public override TopicValues? Reads => original.Reads;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
        => [new SplitDescription(Name, context.Log.GetTopic(letters).EndOffset(0))];

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
        => new ReplayReader<T>(original, split, new LetterReader(letters, context), position, context);
}

/// <summary>Reads records by dead letter. Positions are the offsets of the letters.</summary>
internal sealed class ReplayReader<T> : SourceReader<T>
{
    private readonly Source<T> _original;
    private readonly SourceSplit _split;
    private readonly LetterReader _letters;
    private readonly SourceContext _context;
    private readonly Dictionary<string, SourceSplit> _splits;
    private readonly HashSet<(string Split, long Position)> _seen = []; // several steps may have failed on one record
    private readonly Record<T>[] _record = new Record<T>[1];

    public ReplayReader(Source<T> original, SourceSplit split, LetterReader letters, long position, SourceContext context)
    {
        (_original, _split, _letters, _context) = (original, split, letters, context);
        _splits = original.Describe(context).Index().ToDictionary(
            found => found.Item.Name, found => new SourceSplit(split.Id, found.Index, found.Item.Name, found.Item.End),
            StringComparer.Ordinal);
        while (_letters.Position < position && _letters.TryRead(position, out var letter)) _seen.Add((letter.Source, letter.Position));
    }

    public override long Position => _letters.Position;

    public override bool IsFinished => Position >= _split.End;

    public override long? Lag => _split.End - Position;

    public override int Read(Span<Record<T>> records)
    {
        var count = 0;
        while (count < records.Length && _letters.TryRead(_split.End!.Value, out var letter))
        {
            if (!_splits.TryGetValue(letter.Source, out var split) || !_seen.Add((letter.Source, letter.Position))) continue;
            if (TryReadAgain(split, letter.Position))
                records[count++] = _record[0] with { Origin = new RecordOrigin(_split.Id, Position - 1) };
        }

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        _letters.Dispose();
        base.Dispose(disposing);
    }

    private bool TryReadAgain(SourceSplit split, long position)
    {
        var isRejected = false;
        using var reader = _original.Open(split, position, _context);
        reader.OnReject = error =>
        {
            if (error.Position != position) return; // the reader looked ahead
            isRejected = true;
            CouldNotRead(error.InnerException ?? error);
        };
        if (reader.Read(_record) == 1 && _record[0].Origin.Offset == position)
        {
            _record[0] = _record[0].Keep(); // the reader ends with this call
            return true;
        }

        if (!isRejected) CouldNotRead(new InvalidOperationException($"{split.Name} has no record at {position} any more."));
        return false;
    }

    private void CouldNotRead(Exception error)
        => Reject(OperatorException.CouldNotRead(_original.Name, _split.Name, Position - 1, typeof(T), error));
}

/// <summary>Reads the dead letters of a topic, one after the other.</summary>
internal sealed class LetterReader(string topic, SourceContext context) : IDisposable
{
    private readonly SourceReader<DeadLetter> _reader = new TopicSource<DeadLetter>(Topic.Of<DeadLetter>(topic)).Open(
        new SourceSplit(0, 0, topic, null), 0, context);

    private readonly Record<DeadLetter>[] _letter = new Record<DeadLetter>[1];

    public long Position => _reader.Position;

    public bool TryRead(long end, out DeadLetter letter)
    {
        var found = _reader.Position < end && _reader.Read(_letter) == 1;
        letter = _letter[0].Value;
        return found;
    }

    public void Dispose() => _reader.Dispose();
}
