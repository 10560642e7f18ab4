namespace Dataflow;

/// <summary>Describes errors for logs and health checks. The words of a user's exception may quote a record and are left out: its type and
/// place stand for it.</summary>
internal static class ErrorText
{
    public static string Of(Exception error) => error switch
    {
        OperatorException { WithoutReason: { } text } => text,
        OperatorException { InnerException: { } inner } step when OperatorException.IsBare(inner)
            => $"Step '{step.Step}' failed{Place(step)}: {TypeOf(inner)}.",
        DataflowException when !OperatorException.IsBare(error) => error.Message,
        _ => $"{TypeOf(error)}.",
    };

    private static string Place(OperatorException step)
        => step.Part is { } part ? $" on the {part}" : step.Split.Length == 0 ? "" : $" on {step.Split}@{step.Position}";

    private static string TypeOf(Exception error)
    {
        var frames = (error.StackTrace ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var frame = Array.Find(frames, static line => line.Contains(":line ", StringComparison.Ordinal)) ?? frames.FirstOrDefault();
        return frame is null ? error.GetType().ToString() : $"{error.GetType()} {frame}";
    }
}
