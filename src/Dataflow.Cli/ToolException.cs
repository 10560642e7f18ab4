namespace Dataflow.Cli;

/// <summary>Thrown where a command cannot be done; the message is for the person at the terminal.</summary>
internal sealed class ToolException(string message) : Exception(message);
