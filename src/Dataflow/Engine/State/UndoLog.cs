namespace Dataflow.State;

/// <summary>Whether changes of a step's state are noted, so that those of a record on which the user's code fails can be undone.</summary>
/// <param name="isUsed">False where such a failure stops the job: then nothing is noted.</param>
internal sealed class UndoLog(bool isUsed)
{
    private readonly List<IUndoable> _states = [];

    /// <summary>Whether changes are to be noted now.</summary>
    public bool IsOn { get; private set; }

    public void Add(IUndoable state) => _states.Add(state);

    /// <summary>Notes changes from here on.</summary>
    public void Begin() => IsOn = isUsed;

    /// <summary>Forgets what was noted: the changes stay.</summary>
    public void Commit()
    {
        if (!IsOn) return;
        IsOn = false;
        foreach (var state in _states) state.Commit();
    }

    /// <summary>Undoes what was noted.</summary>
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
