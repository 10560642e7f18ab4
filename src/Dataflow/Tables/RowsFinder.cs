namespace Dataflow.Tables;

/// <summary>Finds a table's rows in a task, given the finder of its running steps; null if they are in another task.</summary>
internal delegate ITableRows<TKey, TRow>? RowsFinder<TKey, TRow>(Func<int, Operator?> find);

internal static class Rows<TKey, TRow>
{
    /// <summary>Finds the rows that a step keeps.</summary>
    public static RowsFinder<TKey, TRow> Of(Node step) => find => find(step.Id) as ITableRows<TKey, TRow>;
}
