using Dataflow.Extensibility;

namespace Dataflow.Perf.Features;

/// <summary>What the features are made of.</summary>
public readonly record struct Purchase(long Customer, long TimeMs, double Amount);

/// <summary>What a training row begins with.</summary>
public readonly record struct Label(long Customer, long TimeMs);

/// <summary>Makes records from SplitMix64, the same in every run, in order but for two seconds.</summary>
/// <param name="name">The name of the source.</param>
/// <param name="count">How many records there are.</param>
/// <param name="customers">How many customers they are of.</param>
/// <param name="spanMs">How much time they span.</param>
/// <param name="make">Makes a record of customer, time and a random number.</param>
/// <param name="ends">Whether it ends after that, or waits for ever.</param>
internal sealed class GeneratedSource<T>(
    string name, long count, long customers, long spanMs, Func<long, long, ulong, T> make, bool ends = true) : Source<T>
{
    private const long Start = 1_760_000_040_000; // a whole minute, ms since the Unix epoch
    private const long DisorderMs = 2000;

    public override string Name => name;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new SplitDescription(name)];

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context) => new Reader(this, split, position);

    private T At(long index)
    {
        var r = Mix((ulong)index * 0x9E3779B97F4A7C15);
        // Every customer comes before any comes again, so that as many are there as there should be.
        var customer = index < customers ? index : (long)((r & 0xffffffff) * (ulong)customers >> 32);
        return make(customer, Start + (long)((double)index * spanMs / count) + (long)((r >> 32) % DisorderMs), r);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private sealed class Reader(GeneratedSource<T> source, SourceSplit split, long position) : SourceReader<T>
    {
        private readonly long _count = source.Count;

        public override long Position => position;

        public override bool IsFinished => source.Ends && position >= _count;

        public override int Read(Span<Record<T>> records)
        {
            var read = (int)Math.Min(records.Length, _count - position);
            for (var i = 0; i < read; i++, position++) records[i] = new(source.At(position), 0, new RecordOrigin(split.Id, position));
            return read;
        }

        public override async ValueTask WaitToReadAsync(CancellationToken cancellationToken)
            => await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private long Count => count;

    private bool Ends => ends;
}
