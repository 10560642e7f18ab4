namespace Dataflow.Runtime;

/// <summary>The dead letters of a task since its last checkpoint; the next one makes them durable.</summary>
internal sealed class TaskDeadLetters(JobRun job)
{
    private const int MaxReason = 4096; // characters

    private readonly List<DeadLetter> _letters = [];

    /// <summary>Rejects a record: writes a dead letter, where the pipeline's policy says so.</summary>
    /// <exception cref="OperatorException">The policy is to stop, or there are too many dead letters.</exception>
    public void Reject(OperatorException error)
    {
        if (!job.Plan.OnError.KeepsRejected || error.IsTransient) throw error;
        var reason = (error.InnerException ?? error).Message;
        if (error.Part is { } part) reason = $"{char.ToUpperInvariant(part[0])}{part.AsSpan(1)}: {reason}";
        Write(new DeadLetter(error.Step, error.Split, error.Position, reason, job.Time.GetUtcNow()));
    }

    /// <summary>Adds a dead letter to the next checkpoint.</summary>
    public void Write(DeadLetter letter)
    {
        _letters.Add(letter.Reason.Length <= MaxReason ? letter : letter with { Reason = $"{letter.Reason.AsSpan(0, MaxReason)}…" });
        // Too many in this task already: the coordinator, which counts those of all tasks, may be far from its next checkpoint.
        if (_letters.Count > job.Plan.OnError.Max) throw OperatorException.TooManyDeadLetters(letter, job.Plan.OnError.Max);
    }

    public IReadOnlyList<DeadLetter> TakeAll()
    {
        DeadLetter[] letters = [.. _letters];
        _letters.Clear();
        return letters;
    }
}
