namespace Dataflow.Perf.Nexmark;

/// <summary>What one run of a query measured; one JSON line.</summary>
internal sealed record Measurement(
    string Query, long Events, long Seed, int Workers, bool ThroughLog, long Rows, string Checksum, double Seconds, double EventsPerSecond,
    double CpuNsPerEvent, double AllocatedBytesPerEvent, double PeakMemoryMb)
{
    public const string TableHead = """
        | query | rows | checksum | M events/s | CPU ns per event | M events per CPU s | bytes allocated per event | peak memory, MB |
        |---|---:|---|---:|---:|---:|---:|---:|
        """;

    public string ToTableRow()
        => $"| {Query} | {Rows:N0} | {Checksum} | {EventsPerSecond / 1e6:0.00} | {CpuNsPerEvent:0} | {1000 / CpuNsPerEvent:0.00} "
            + $"| {AllocatedBytesPerEvent:0} | {PeakMemoryMb:0} |";
}
