using Dataflow.Runtime;

namespace Dataflow.Tables;

/// <summary>The rows of a table that one task keeps: those of its own keys. For the task's thread.</summary>
internal interface IRows<TKey, TRow>
{
    bool TryGet(TKey key, out TRow row);

    void ForEach(Action<TKey, TRow> visit);
}

/// <summary>Finds a table's rows in a task; null if they are in another.</summary>
internal delegate IRows<TKey, TRow>? RowsFinder<TKey, TRow>(StreamTask task);

internal static class Rows<TKey, TRow>
{
    /// <summary>The rows that a step keeps.</summary>
    public static RowsFinder<TKey, TRow> Of(Node step) => task => task.TryFind(step.Id) as IRows<TKey, TRow>;
}
