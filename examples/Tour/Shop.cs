using Dataflow;
using Dataflow.Log;

namespace Tour;

public sealed record Order(int Id, string Customer, string Item, int Pieces, decimal Price, DateTimeOffset Time);

public sealed record Payment(int Order, decimal Amount, DateTimeOffset Time);

public sealed record Item(string Name, string Shelf);

/// <summary>An hour in a small shop: what all stops look at.</summary>
internal static class Shop
{
    private static readonly DateTimeOffset Opening = new(2026, 3, 28, 9, 0, 0, TimeSpan.Zero);

    public static readonly IReadOnlyList<Item> Items = [new("tea", "left"), new("cups", "left"), new("coffee", "right")];

    public static readonly IReadOnlyList<Order> Orders =
    [
        Order(1, "ada", "tea", 2, 4.50m, minute: 0),
        Order(2, "bob", "coffee", 1, 7.00m, minute: 1),
        Order(3, "ada", "cups", 4, 3.25m, minute: 3),
        Order(4, "eve", "tea", 1, 4.50m, minute: 14),
        Order(5, "bob", "tea", 3, 4.40m, minute: 12), // two minutes out of order
        Order(6, "ada", "coffee", 2, 6.90m, minute: 31),
        Order(7, "eve", "cups", 2, 3.25m, minute: 33),
        Order(8, "ada", "tea", 1, 4.60m, minute: 58),
    ];

    public static readonly IReadOnlyList<Payment> Payments =
    [
        Payment(1, 9.00m, minute: 2),
        Payment(2, 7.00m, minute: 30), // later than is allowed
        Payment(3, 13.00m, minute: 4),
        Payment(5, 13.20m, minute: 14),
        Payment(6, 13.80m, minute: 32),
        Payment(8, 4.60m, minute: 59),
    ];

    public static readonly IReadOnlyList<Price> Prices =
    [
        new("tea", 4.50m, Opening), new("cups", 3.25m, Opening), new("tea", 4.40m, Opening.AddMinutes(10)),
        new("coffee", 6.90m, Opening.AddMinutes(30)),
    ];

    /// <summary>The orders, by the time in them.</summary>
    public static Stream<Order> OrdersOf(Pipeline pipeline)
        => pipeline.From(Source.Of(Orders, "orders")).WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.FromMinutes(5));

    /// <summary>The payments, by the time in them.</summary>
    public static Stream<Payment> PaymentsOf(Pipeline pipeline)
        => pipeline.From(Source.Of(Payments, "payments"))
            .WithEventTime(payment => payment.Time, maxOutOfOrderness: TimeSpan.FromMinutes(5), name: "payment-time");

    /// <summary>Runs a pipeline to its end, on a log in memory.</summary>
    public static async Task RunAsync(Pipeline pipeline, int workers = 2)
    {
        await using var log = OpenLog();
        await pipeline.RunAsync(new JobOptions { Log = log, Workers = workers });
    }

    public static LogStore OpenLog() => LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });

    private static Order Order(int id, string customer, string item, int pieces, decimal price, int minute)
        => new(id, customer, item, pieces, price, Opening.AddMinutes(minute));

    private static Payment Payment(int order, decimal amount, int minute) => new(order, amount, Opening.AddMinutes(minute));
}
