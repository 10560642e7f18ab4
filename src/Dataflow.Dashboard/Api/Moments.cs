namespace Dataflow.Dashboard.Api;

/// <summary>Moments of event time, as the API shows them.</summary>
internal static class Moments
{
    private static readonly long s_min = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long s_max = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>The watermark as a date could show it; null before the first and after the last record.</summary>
    public static long? Shown(long? watermarkMs) => watermarkMs > s_min && watermarkMs < s_max ? watermarkMs : null;
}
