using Dataflow.Runtime;

namespace Dataflow.Tables;

/// <summary>Finds a table's rows in a task; null if they are in another.</summary>
internal delegate ITableRows<TKey, TRow>? RowsFinder<TKey, TRow>(StreamTask task);

internal static class Rows<TKey, TRow>
{
    /// <summary>Finds the rows that a step keeps.</summary>
    public static RowsFinder<TKey, TRow> Of(Node step) => task => task.TryFind(step.Id) as ITableRows<TKey, TRow>;
}
