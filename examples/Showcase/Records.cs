namespace Showcase;

/// <summary>An order of a shop.</summary>
public sealed record Order(DateTimeOffset Time, string Shop, string Customer, string Product, int Cents);

/// <summary>A row of the table of customers.</summary>
public sealed record Customer(string Name, string City);

/// <summary>An order with what is known of its customer, and the risk that it is a fraud, from 0 to 1.</summary>
public sealed record CheckedOrder(Order Order, string City, double Risk);

/// <summary>The result: the revenue of a product over a minute, every ten seconds.</summary>
public sealed record Revenue(string Product, DateTimeOffset Until, long Orders, long Cents, double HighestRisk);

/// <summary>An order as a model has read it.</summary>
public sealed record ReadOrder(string Product, string Model, float[] Vector);
