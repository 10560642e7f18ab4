namespace Dataflow.Extensibility;

/// <summary>The rows of a table that one worker keeps: those of its own keys. For a step of the same task.</summary>
public interface ITableRows<TKey, TRow>
{
    /// <summary>Looks the row of a key up; false if it has none.</summary>
    bool TryGet(TKey key, out TRow row);

    /// <summary>Calls back for each row, in no particular order.</summary>
    void ForEach(Action<TKey, TRow> visit);
}
