namespace Dataflow.Extensibility;

/// <summary>The rows of a table for the keys of one worker. To be used by a step of the same task.</summary>
public interface ITableRows<TKey, TRow>
{
    /// <summary>Looks up the row of a key; false if it has none.</summary>
    bool TryGet(TKey key, out TRow row);

    /// <summary>Calls <paramref name="visit"/> for each row, in no particular order.</summary>
    void ForEach(Action<TKey, TRow> visit);
}
