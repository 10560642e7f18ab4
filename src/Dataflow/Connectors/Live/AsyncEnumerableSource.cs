namespace Dataflow;

static partial class Source
{
    /// <summary>Reads an asynchronous sequence, such as the rows of a query or the pages of a service.</summary>
    /// <remarks>The sequence is opened anew at each start of the job, from the position of the last checkpoint: exactly once, if the same
    /// position gives the same records. For a live feed, which cannot go back, use <see cref="Channel{T}"/>. The sequence is asked for the
    /// next record only when there is room. Its enumerator is disposed when the job ends; a call in progress is cancelled before, and
    /// awaited for at most 10 s. An exception of the sequence fails the job.</remarks>
    /// <param name="from">Opens the sequence behind a number of records: 0 at first. Called on the task's thread; must not block.</param>
    /// <param name="name">The name, shown in the plan; give one where a pipeline has several such sources.</param>
    /// <param name="isBounded">Whether the sequence ends: see <see cref="Source{T}.IsBounded"/>.</param>
    /// <example><code>
    /// pipeline.From(Source.AsyncEnumerable(from => OrdersAsync((int)from), "orders"))
    ///     .To(Sink.Console&lt;Order>(order => $"{order.Customer}: {order.Pieces}"));
    /// </code></example>
    public static Source<T> AsyncEnumerable<T>(Func<long, IAsyncEnumerable<T>> from, string name = "sequence", bool isBounded = true)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new AsyncEnumerableSource<T>(name, from, isBounded);
    }
}

internal sealed class AsyncEnumerableSource<T>(string name, Func<long, IAsyncEnumerable<T>> from, bool isBounded) : Source<T>
{
    public override string Name => name;

    public override bool IsBounded => isBounded;

    public override string Guarantee => "exactly once, if a position always gives the same records";

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new SplitDescription(name)];

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
        => new AsyncEnumerableReader<T>(split, from, position);
}

internal sealed class AsyncEnumerableReader<T>(SourceSplit split, Func<long, IAsyncEnumerable<T>> from, long position) : SourceReader<T>
{
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _closing = new();
    private IAsyncEnumerator<T>? _records; // opened by the first read
    private Task<bool>? _move; // in progress
    private long _position = position;
    private bool _isFinished;

    public override long Position => _position;

    public override bool IsFinished => _isFinished;

    public override int Read(Span<Record<T>> records)
    {
        _records ??= from(_position).GetAsyncEnumerator(_closing.Token);
        var count = 0;
        while (count < records.Length && TryMove(_records))
            records[count++] = new(_records.Current, 0, new RecordOrigin(split.Id, _position++));
        return count;
    }

    public override ValueTask WaitToReadAsync(CancellationToken cancellationToken)
        => _move is { } move ? new(move.WaitAsync(cancellationToken)) : ValueTask.CompletedTask;

    protected override void Dispose(bool disposing)
    {
        _closing.Cancel();
        var closed = CloseAsync();
        // Code that does not heed its token is left alone: the job ends all the same.
        if (((IAsyncResult)closed).AsyncWaitHandle.WaitOne(LongestClose)) closed.GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    private bool TryMove(IAsyncEnumerator<T> records)
    {
        if (_isFinished) return false;
        if (_move is null)
        {
            var move = records.MoveNextAsync();
            if (!move.IsCompleted)
            {
                _move = move.AsTask();
                return false;
            }

            _isFinished = !move.GetAwaiter().GetResult();
            return !_isFinished;
        }

        if (!_move.IsCompleted) return false;
        _isFinished = !_move.GetAwaiter().GetResult();
        _move = null;
        return !_isFinished;
    }

    private async Task CloseAsync()
    {
        if (_move is not null) await ((Task)_move).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_records is not null) await _records.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }
}
