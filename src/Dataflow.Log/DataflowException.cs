namespace Dataflow;

/// <summary>The base of every error that Dataflow reports.</summary>
/// <remarks>Each message says where, what happened, and what it means or what to do. Static factories beside each exception type make the
/// messages.</remarks>
public class DataflowException : Exception
{
    /// <summary>Creates an error with its message and, if there is one, its cause.</summary>
    public DataflowException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the same call may succeed later with nothing changed: after a full disk or a busy directory, for example. Default
    /// false.</summary>
    public bool IsTransient { get; init; }
}
