using Dataflow;

namespace Stranger.Connectors;

/// <summary>Another source's records in the order of a time of theirs, sorted in memory.</summary>
internal sealed class InOrderSource<T>(Source<T> source, Func<T, long> time) : Source<T>
{
    public override string Name => source.Name;

    public override bool IsBounded => source.IsBounded;

    public override bool SortsByTime => true;

    public override void CheckTypes() => source.CheckTypes();

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => source.Describe(context);

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
        => new Reader(source.Open(split with { Mark = default }, 0, context), time, split, position);

    private sealed class Reader : SourceReader<T>
    {
        private readonly SourceReader<T> _source;
        private readonly Func<T, long> _time;
        private readonly List<Record<T>> _records = [];
        private readonly long _rejectedUpTo; // before the start
        private long _position;
        private bool _isSorted;

        public Reader(SourceReader<T> source, Func<T, long> time, SourceSplit split, long position)
        {
            (_source, _time, _position) = (source, time, position);
            _rejectedUpTo = split.Mark.IsEmpty ? 0 : BitConverter.ToInt64(split.Mark.Span);
            source.OnReject = error =>
            {
                if (error.Position >= _rejectedUpTo) Reject(error); // not again after a restart, though all is read again
            };
        }

        public override long Position => _position;

        public override ReadOnlyMemory<byte> Mark => BitConverter.GetBytes(Math.Max(_source.Position, _rejectedUpTo));

        public override bool IsGathering => !_isSorted;

        public override bool IsFinished => _isSorted && _position >= _records.Count;

        public override int Read(Span<Record<T>> records)
        {
            if (!_isSorted)
            {
                Gather(records);
                return 0;
            }

            var count = 0;
            while (count < records.Length && !IsFinished) records[count++] = _records[(int)_position++];
            return count;
        }

        public override ValueTask WaitToReadAsync(CancellationToken cancellationToken)
            => _isSorted ? default : _source.WaitToReadAsync(cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _source.Dispose();
            base.Dispose(disposing);
        }

        private void Gather(Span<Record<T>> records)
        {
            foreach (var record in records[.._source.Read(records)]) _records.Add(record.Keep());
            if (!_source.IsFinished) return;
            var sorted = _records.OrderBy(record => _time(record.Value)).ToList();
            _records.Clear();
            _records.AddRange(sorted);
            _isSorted = true;
        }
    }
}
