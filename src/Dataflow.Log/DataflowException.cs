namespace Dataflow;

/// <summary>The base of every error that Dataflow reports.</summary>
/// <remarks>
/// Each message says where, what happened with which value, and what it means or what to do. The messages are made by
/// static factories that stand next to their exception type.
/// </remarks>
public class DataflowException : Exception
{
    /// <summary>Creates an error with its message and, if there is one, its cause.</summary>
    public DataflowException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the same call may succeed later with nothing changed: a full disk or a busy directory, say.</summary>
    public bool IsTransient { get; init; }
}
