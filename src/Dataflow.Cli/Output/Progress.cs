using System.Diagnostics;
using System.Globalization;

namespace Dataflow.Cli.Output;

/// <summary>Says on a line of its own how far a command is, once it takes longer than a second; erases the line at the end.</summary>
internal sealed class Progress(Terminal terminal, string what, long total) : IDisposable
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    private long _last = Stopwatch.GetTimestamp();
    private long _done;
    private bool _isShown;

    public void Add(long done)
    {
        _done += done;
        if (!terminal.ShowsProgress || Stopwatch.GetElapsedTime(_last) < s_step) return;
        _last = Stopwatch.GetTimestamp();
        _isShown = true;
        terminal.Error.Write(string.Create(
            CultureInfo.InvariantCulture, $"\r{what}: {_done:n0} of {total:n0} ({100.0 * _done / Math.Max(1, total):0} %)"));
    }

    public void Dispose()
    {
        if (_isShown) terminal.Error.Write("\r\e[K");
    }
}
