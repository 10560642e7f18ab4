namespace Verbs;

/// <summary>An order, some minutes after nine.</summary>
internal sealed record Order(int Minute, string Customer, string Item, int Pieces)
{
    public DateTimeOffset Time => Shop.At(Minute);
}

/// <summary>A payment of a customer.</summary>
internal sealed record Payment(int Minute, string Customer, int Euro)
{
    public DateTimeOffset Time => Shop.At(Minute);
}

/// <summary>The price of an item from a minute on.</summary>
internal sealed record Price(int Minute, string Item, int Euro)
{
    public DateTimeOffset Time => Shop.At(Minute);
}

/// <summary>A measurement in a room of the shop.</summary>
internal sealed record Reading(int Minute, string Room, double Celsius)
{
    public DateTimeOffset Time => Shop.At(Minute);
}

/// <summary>An item and where it lies.</summary>
internal sealed record Item(string Name, string Shelf);

/// <summary>The small world of the examples: a shop that opens at nine.</summary>
internal static class Shop
{
    private static readonly DateTimeOffset s_nine = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset At(int minute) => s_nine.AddMinutes(minute);
}
