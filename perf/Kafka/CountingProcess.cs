using System.Diagnostics;
using System.Globalization;

namespace Dataflow.Perf.Kafka;

/// <summary>A process of its own that runs <see cref="Counting"/>.</summary>
internal sealed class CountingProcess : IDisposable
{
    private readonly Process _process;

    public CountingProcess(string brokers, string name, int standbys)
    {
        _process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, ["--kafka", brokers, "member", name, standbys.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        _process.OutputDataReceived += (_, line) => Learn(line.Data);
        _process.BeginOutputReadLine();
    }

    public int Id => _process.Id;

    /// <summary>The keys that it has, as it said last.</summary>
    public long Entries { get; private set; }

    /// <summary>The keys that it has copies of, as it said last.</summary>
    public long Copies { get; private set; }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private void Learn(string? line)
    {
        if (line?.Split(' ') is [var entries, var copies])
            (Entries, Copies) = (long.Parse(entries, CultureInfo.InvariantCulture), long.Parse(copies, CultureInfo.InvariantCulture));
    }
}
