namespace Dataflow.State;

/// <summary>Records changes of a step's state, so that those of a record on which the user's code fails can be undone.</summary>
/// <param name="isUsed">False where such a failure stops the job: then nothing is recorded.</param>
internal sealed class UndoLog(bool isUsed)
{
    private readonly List<IUndoable> _states = [];

    /// <summary>Whether changes are being recorded.</summary>
    public bool IsOn { get; private set; }

    public void Add(IUndoable state) => _states.Add(state);

    /// <summary>Begins to record changes.</summary>
    public void Begin() => IsOn = isUsed;

    /// <summary>Discards the recorded changes: they stay in force.</summary>
    public void Commit()
    {
        if (!IsOn) return;
        IsOn = false;
        foreach (var state in _states) state.Commit();
    }

    /// <summary>Undoes the recorded changes.</summary>
    public void Undo()
    {
        if (!IsOn) return;
        IsOn = false;
        foreach (var state in _states) state.Undo();
    }
}

/// <summary>State whose changes since the last call of either method can be undone.</summary>
internal interface IUndoable
{
    void Commit();

    void Undo();
}
