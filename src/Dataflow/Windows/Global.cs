namespace Dataflow;

/// <summary>One window for all records of a key.</summary>
public static class Global
{
    /// <summary>A window that ends with the input; earlier results need a <see cref="Trigger"/>.</summary>
    /// <remarks>Its bounds go from the key's oldest record to just after the newest, as those of a session that no gap ends; a result has
    /// the newest record's time. No record is late.</remarks>
    /// <example><code>
    /// orders.Window(Global.Window)
    ///     .Aggregate(a => a.Sum(order => order.Pieces), (customer, _, pieces) => $"{customer}: {pieces} pieces")
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public static WindowSpec Window { get; } = new SessionWindows(long.MaxValue, "global");
}
