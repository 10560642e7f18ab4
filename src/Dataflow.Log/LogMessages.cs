using Microsoft.Extensions.Logging;

namespace Dataflow.Log;

/// <summary>The messages of a log. Their numbers stay, and their table is in the manual.</summary>
internal static partial class LogMessages
{
    /// <summary>Tells of a log that was opened, and of each place that was cut.</summary>
    public static void Tell(ILogger logger, string directory, RecoveryReport recovery, TimeSpan took)
    {
        logger.LogOpened(directory, took.TotalMilliseconds, recovery.Entries);
        foreach (var cut in recovery.Cuts) logger.LogWasCut(directory, cut.ToString());
    }

    [LoggerMessage(1, LogLevel.Information,
        "Log '{Directory}' was opened in {Milliseconds:0} ms; {Entries} journal entries were replayed.")]
    public static partial void LogOpened(this ILogger logger, string directory, double milliseconds, long entries);

    [LoggerMessage(2, LogLevel.Warning, "Log '{Directory}' has cut the end of a commit that was not acknowledged. {Cut}")]
    public static partial void LogWasCut(this ILogger logger, string directory, string cut);

    [LoggerMessage(3, LogLevel.Error, "Log '{Directory}': the disk is full. Commits are refused until there is room; reads go on.")]
    public static partial void LogIsFull(this ILogger logger, string directory);

    [LoggerMessage(4, LogLevel.Information, "Log '{Directory}' has room again and takes commits.")]
    public static partial void LogHasRoom(this ILogger logger, string directory);

    [LoggerMessage(5, LogLevel.Critical, "The log takes no more commits. {Error}")]
    public static partial void LogFailed(this ILogger logger, string error);
}
