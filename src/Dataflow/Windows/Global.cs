namespace Dataflow;

/// <summary>One window for all records of a key.</summary>
public static class Global
{
    /// <summary>A window that ends with the input; results before that need a <see cref="Trigger"/>.</summary>
    /// <remarks>It is a session without a gap that would end it: from the key's oldest record to just after the newest, and a
    /// result has the newest's time. No record is late.</remarks>
    /// <example><code>
    /// orders.Window(Global.Window)
    ///     .Aggregate(a => a.Sum(order => order.Pieces), (customer, _, pieces) => $"{customer}: {pieces} pieces")
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public static WindowSpec Window { get; } = new SessionWindows(long.MaxValue, "global");
}
