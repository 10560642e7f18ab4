using Dataflow;
using Dataflow.Extensibility;

namespace Showcase;

/// <summary>Orders without an end, one split for each shop: the same at each run, since each follows from its position alone. They come
/// by the clock, in waves: at their height more than the check of risks can take.</summary>
internal sealed class Orders(params string[] shops) : Source<Order>
{
    private const int Customers = 500;
    private const double PerSecond = 350;
    private const double WaveSeconds = 60;

    private static readonly DateTimeOffset s_begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] s_products = ["apples", "bread", "coffee", "dates", "eggs", "figs", "grapes", "honey"];

    public override string Name => "orders";

    public override bool IsBounded => false;

    public static IEnumerable<Customer> AllCustomers
        => Enumerable.Range(0, Customers).Select(static number => new Customer($"customer-{number}", number % 3 == 0 ? "Graz" : "Ghent"));

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
        => [.. shops.Select(static shop => new SplitDescription($"orders of {shop}"))];

    public override SourceReader<Order> Open(SourceSplit split, long position, SourceContext context)
        => new Reader(split, shops, position, context.Time);

    private sealed class Reader(SourceSplit split, string[] shops, long from, TimeProvider clock) : SourceReader<Order>
    {
        private readonly long _opened = clock.GetTimestamp();
        private readonly string _shop = shops[split.Index];
        private readonly bool _isLast = split.Index == shops.Length - 1;
        private readonly long _from = from;
        private long _position = from;

        public override long Position => _position;

        public override bool IsFinished => false;

        public override long? Lag => Due() - _position;

        public override int Read(Span<Record<Order>> records)
        {
            var count = 0;
            for (var due = Due(); count < records.Length && _position < due; _position++)
                records[count++] = new(OrderAt(_position), 0, new RecordOrigin(split.Id, _position));
            return count;
        }

        public override async ValueTask WaitToReadAsync(CancellationToken cancellationToken)
            => await Task.Delay(TimeSpan.FromMilliseconds(20), clock, cancellationToken);

        /// <summary>The number of orders that have come by now. The last shop closes for half of each wave.</summary>
        private long Due()
        {
            var seconds = clock.GetElapsedTime(_opened).TotalSeconds;
            const double Open = WaveSeconds / 2;
            if (_isLast) seconds = (Math.Floor(seconds / WaveSeconds) * Open) + Math.Min(seconds % WaveSeconds, Open);
            var wave = (1 - Math.Cos(seconds * Math.Tau / WaveSeconds)) * WaveSeconds / Math.Tau;
            return _from + (long)(PerSecond * (seconds + (0.6 * wave)));
        }

        private Order OrderAt(long number)
        {
            var random = new Random((int)((number * 31) + split.Index));
            var time = s_begin.AddSeconds(number / PerSecond);
            if (random.Next(400) == 0) time -= TimeSpan.FromMinutes(3); // it comes too late
            var customer = random.Next(Customers + 10); // the last ten are not known
            var cents = random.Next(3000) == 0 ? -1 : random.Next(100, 10_000); // a wrong one is refused
            return new(time, _shop, $"customer-{customer}", s_products[random.Next(s_products.Length)], cents);
        }
    }
}
