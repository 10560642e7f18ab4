using Microsoft.Extensions.Logging;

namespace Dataflow.Hosting;

/// <summary>The messages of a host's pipelines. Their numbers stay, and their table is in the manual.</summary>
internal static partial class HostMessages
{
    [LoggerMessage(200, LogLevel.Critical, "The host stops, since pipeline '{Pipeline}' has failed for good (StopHostOnFailure).")]
    public static partial void HostStops(this ILogger logger, string pipeline);

    [LoggerMessage(201, LogLevel.Warning,
        "Pipeline '{Pipeline}' did not end within the host's shutdown timeout, and is cancelled: what came after its last checkpoint will "
            + "be done again.")]
    public static partial void ShutdownTookTooLong(this ILogger logger, string pipeline);
}
