namespace Dataflow.Runtime;

/// <summary>The dead letters of a task since its last checkpoint, with which they become durable.</summary>
internal sealed class TaskDeadLetters(JobRun job)
{
    private const int MaxReason = 4096; // characters

    private readonly List<DeadLetter> _letters = [];

    /// <summary>Leaves a record out: as a dead letter, where the pipeline says so.</summary>
    /// <exception cref="OperatorException">The pipeline says otherwise, or there are too many of them.</exception>
    public void Reject(OperatorException error)
    {
        if (!job.Plan.OnError.KeepsRejected || error.IsTransient) throw error;
        var reason = (error.InnerException ?? error).Message;
        if (error.Part is { } part) reason = $"{char.ToUpperInvariant(part[0])}{part.AsSpan(1)}: {reason}";
        Write(new DeadLetter(error.Step, error.Split, error.Position, reason, job.Time.GetUtcNow()));
    }

    /// <summary>Keeps a dead letter for the next checkpoint.</summary>
    public void Write(DeadLetter letter)
    {
        _letters.Add(letter.Reason.Length <= MaxReason ? letter : letter with { Reason = $"{letter.Reason.AsSpan(0, MaxReason)}…" });
        // Alone too many already: the coordinator, which counts those of all tasks, may be far from its next checkpoint.
        if (_letters.Count > job.Plan.OnError.Max) throw OperatorException.TooManyDeadLetters(letter, job.Plan.OnError.Max);
    }

    public IReadOnlyList<DeadLetter> TakeAll()
    {
        DeadLetter[] letters = [.. _letters];
        _letters.Clear();
        return letters;
    }
}
