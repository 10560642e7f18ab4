namespace Dataflow.Hosting;

/// <summary>The options that all pipelines of a host share, bound from the configuration section <c>Dataflow</c>.</summary>
public sealed class DataflowOptions
{
    /// <summary>The directory of the log, relative to the host's content root. Default: <c>dataflow-data</c>. Not used with
    /// <see cref="DataflowBuilder.UseLog"/>.</summary>
    public string Directory { get; set; } = "dataflow-data";

    /// <summary>The free bytes on the disk of the log below which no pipeline is ready. Default 64 MiB.</summary>
    public long MinFreeBytes { get; set; } = 64 << 20;
}
