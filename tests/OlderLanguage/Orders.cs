using Dataflow.Testing;

namespace Dataflow.OlderLanguage;

/// <summary>A pipeline in C# 12, which knows no extension members: verbs are ordinary methods, sources and sinks static ones.</summary>
public static class Orders
{
    private static readonly Order[] s_orders = [
        new(0, "tea", 2), new(1, "cups", 1), new(2, "tea", 4), new(11, "tea", 8), new(12, "rum", 0)];

    /// <summary>Calls each verb by the class that has it.</summary>
    public static async Task<IReadOnlyList<string>> ByClassAsync()
    {
        var pipeline = new Pipeline("by-class");
        var orders = Verbs.WithEventTime(Verbs.From(pipeline, Source.Of(s_orders)), order => order.Time);
        var byItem = Verbs.KeyBy(Verbs.Where(orders, order => order.Pieces > 0), order => order.Item);
        var sums = Verbs.Aggregate(
            Verbs.Window(byItem, Tumbling.Every(TimeSpan.FromMinutes(10))),
            a => a.Sum(order => order.Pieces), (item, window, pieces) => $"{window.Start:HH:mm} {item} {pieces}");
        return await RunAsync(pipeline, sink => Verbs.To(sums, sink));
    }

    /// <summary>Calls each verb behind a dot.</summary>
    public static async Task<IReadOnlyList<string>> ByDotAsync()
    {
        var pipeline = new Pipeline("by-dot");
        var items = pipeline.Table(Source.Of(new[] { new Item("tea", "left") }, "items"), item => item.Name);
        var sums = pipeline.From(Source.Of([.. s_orders], "orders"))
            .WithEventTime(order => order.Time)
            .Where(order => order.Pieces > 0)
            .KeyBy(order => order.Item)
            .LeftJoin(items, (order, item) => (order.Pieces, Shelf: item?.Shelf ?? "none"))
            .Window(Tumbling.Every(TimeSpan.FromMinutes(10)))
            .Aggregate(
                a => (a.Sum(row => row.Pieces), a.Last(row => row.Shelf)),
                (item, window, pieces, shelf) => $"{window.Start:HH:mm} {item} {pieces} {shelf}");
        return await RunAsync(pipeline, sink => sums.To(sink));
    }

    /// <summary>States and tables.</summary>
    public static async Task<IReadOnlyList<string>> WithStateAsync()
    {
        var pipeline = new Pipeline("with-state");
        var counts = pipeline.From(Source.Of(s_orders)).KeyBy(order => order.Item).Process(() => new Counting())
            .ToTable().Changes().Values().Select(change => $"{change.Kind} {change.New}");
        return await RunAsync(pipeline, sink => counts.To(sink));
    }

    private static async Task<IReadOnlyList<string>> RunAsync(Pipeline pipeline, Action<MemorySink<string>> end)
    {
        var sink = Sink.Memory<string>();
        end(sink);
        using var log = SimulatedJob.OpenLog();
        await Verbs.RunAsync(pipeline, new JobOptions { Log = log, Workers = 1 });
        return sink.Committed;
    }

    private sealed class Counting : KeyedProcess<string, Order, string>
    {
        private ListState<int> _pieces = null!;
        private MapState<int, int> _counts = null!;

        public override void Open(ProcessStates<string, Order> states)
        {
            _pieces = states.List<int>("pieces");
            _counts = states.Map<int, int>("counts");
        }

        public override void OnRecord(in Record<Order> record, ProcessContext<string, string> context)
        {
            _pieces.Add(record.Value.Pieces);
            _counts.Update(record.Value.Pieces, out _)++;
            context.Emit($"{record.Value.Item} {_pieces.Sum()} {_counts.Count()}");
        }
    }

    private sealed record Order(int Minute, string Item, int Pieces)
    {
        public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddMinutes(Minute);
    }

    private sealed record Item(string Name, string Shelf);
}
