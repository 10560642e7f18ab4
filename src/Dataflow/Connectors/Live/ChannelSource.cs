using System.Threading.Channels;

namespace Dataflow;

static partial class Source
{
    /// <summary>Reads a channel that the program writes to, until it is completed.</summary>
    /// <remarks>A channel cannot be read again. Records that no checkpoint covers stay in the source, so a restart in the process
    /// (<see cref="JobOptions.Restarts"/>, or the same pipeline started again) loses none. A crash of the process loses them and all that
    /// waits in the channel: at most once. If none may be lost, write to a topic (<c>log.OpenWriterAsync</c>) and read that. The job takes
    /// no more than it has room for; a bounded channel makes its writers wait meanwhile. A channel completed with an exception fails the
    /// job. Once it is completed without one, the pipeline has finished, for good.</remarks>
    /// <param name="channel">The channel; nothing else reads it while the job runs.</param>
    /// <param name="name">The name, shown in the plan; give one where a pipeline has several such sources.</param>
    /// <example><code>
    /// var channel = Channel.CreateBounded&lt;Order>(1000);
    /// pipeline.From(Source.Channel(channel.Reader))
    ///     .Where(order => order.Pieces > 1)
    ///     .To(Sink.Console&lt;Order>(order => $"{order.Customer}: {order.Pieces}"));
    /// </code></example>
    public static Source<T> Channel<T>(ChannelReader<T> channel, string name = "channel")
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ChannelSource<T>(name, channel);
    }
}

/// <summary>Numbers the records of a channel, and keeps those that no checkpoint covers for the next reader.</summary>
internal sealed class ChannelSource<T>(string name, ChannelReader<T> channel) : Source<T>
{
    /// <summary>The most records of a read. A checkpoint in the middle of one knows by their numbers which of them were handled.</summary>
    public const int MaxRead = 1024;

    private readonly List<T> _kept = [];
    private long _first; // the number of the first of them
    private int _isOpen;

    public override string Name => name;

    public override bool IsBounded => false;

    public override string Guarantee => "at most once after a crash of the process, exactly once after a restart in it";

    public ChannelReader<T> Channel => channel;

    /// <summary>The identity of the source, kept with checkpoints: only what it has numbered itself can be told by number.</summary>
    public byte[] Mark { get; } = Guid.NewGuid().ToByteArray();

    /// <summary>The position behind the records taken from the channel so far.</summary>
    public long End => _first + _kept.Count;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new SplitDescription(name)];

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
    {
        if (Interlocked.Exchange(ref _isOpen, 1) == 1) throw ConnectorException.ReadTwice(name);
        if (split.Mark.Span.SequenceEqual(Mark) && position >= _first && position <= End) Forget(position);
        // Behind all that another source, as of an earlier process, has numbered: some records behind the position may count as handled.
        else _first = split.Mark.IsEmpty ? 0 : position + MaxRead;
        return new ChannelSourceReader<T>(this, split, _first);
    }

    public void Close() => Volatile.Write(ref _isOpen, 0);

    /// <summary>Returns a record; false: the channel has none now.</summary>
    public bool TryGet(long position, out T value)
    {
        if (position < End)
        {
            value = _kept[(int)(position - _first)];
            return true;
        }

        if (!channel.TryRead(out value!)) return false;
        _kept.Add(value);
        return true;
    }

    /// <summary>Forgets the records before a position.</summary>
    public void Forget(long position)
    {
        _kept.RemoveRange(0, (int)(position - _first));
        _first = position;
    }
}

internal sealed class ChannelSourceReader<T>(ChannelSource<T> source, SourceSplit split, long position) : SourceReader<T>
{
    private readonly ChannelReader<T> _channel = source.Channel;
    private long _position = position;

    public override long Position => _position;

    public override ReadOnlyMemory<byte> Mark => source.Mark;

    public override bool IsFinished => _position == source.End && _channel.Completion.IsCompletedSuccessfully;

    public override long? Lag => _channel.CanCount ? source.End - _position + _channel.Count : null;

    public override int Read(Span<Record<T>> records)
    {
        var (count, max) = (0, Math.Min(records.Length, ChannelSource<T>.MaxRead));
        while (count < max && source.TryGet(_position, out var value))
            records[count++] = new(value, 0, new RecordOrigin(split.Id, _position++));
        if (count == 0 && _channel.Completion is { IsCompleted: true } completion) completion.GetAwaiter().GetResult(); // may be an error
        return count;
    }

    public override async ValueTask WaitToReadAsync(CancellationToken cancellationToken)
        => await _channel.WaitToReadAsync(cancellationToken).ConfigureAwait(false);

    public override void Commit(long position) => source.Forget(position);

    protected override void Dispose(bool disposing)
    {
        source.Close();
        base.Dispose(disposing);
    }
}
