namespace Dataflow.Extensibility;

/// <summary>Records changes of a step's state, so that those of a record on which the user's code fails can be undone.</summary>
/// <remarks>For a step that lets the user's code change state before it may fail. Between <see cref="Begin"/> and <see cref="Commit"/> or
/// <see cref="Undo"/> stands the user's code. For one thread.</remarks>
/// <param name="isUsed">Whether failing records are left out (<see cref="StepDeclaration.KeepsRejected"/>); where a failure stops the job,
/// nothing is recorded.</param>
public sealed class UndoLog(bool isUsed)
{
    private readonly List<IUndoable> _states = [];

    /// <summary>Whether changes are being recorded.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Adds a state whose changes belong to the log.</summary>
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
public interface IUndoable
{
    /// <summary>Discards what was recorded: the changes stay in force.</summary>
    void Commit();

    /// <summary>Undoes the recorded changes, the last first.</summary>
    void Undo();
}
