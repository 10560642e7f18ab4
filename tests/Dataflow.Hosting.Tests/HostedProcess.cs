using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Dataflow.Hosting.Tests;

/// <summary>A program with hosted pipelines, as a process of its own.</summary>
internal sealed partial class HostedProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_longestStop = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly List<string> _output = [];

    private HostedProcess(Process process) => _process = process;

    public HttpClient Client { get; } = new();

    /// <summary>What was logged until now.</summary>
    public IReadOnlyList<string> Output => _output;

    /// <summary>Starts a program of the tests' folder, and waits until it listens.</summary>
    public static async Task<HostedProcess> StartAsync(string program, string folder, CancellationToken stop)
    {
        // A shell starts what runs in the background with SIGINT ignored, and all below inherit that.
        string[] command = ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, $"{program}.dll")];
        var start = new ProcessStartInfo("env", [.. command, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        var started = new HostedProcess(Process.Start(start)!);
        started.Client.BaseAddress = new Uri(await started.UntilAsync(Listening(), stop));
        return started;
    }

    /// <summary>Asks a path until the answer is as it is to be.</summary>
    public async Task<string> UntilAnswerAsync(string path, Func<string, bool> isRight, CancellationToken stop)
    {
        while (true)
        {
            using var answer = await Client.GetAsync(new Uri(path, UriKind.Relative), stop);
            var text = await answer.Content.ReadAsStringAsync(stop);
            if (isRight(text)) return text;
            await Task.Delay(20, stop);
        }
    }

    /// <summary>Reads what is logged until a line matches; returns the match's first group.</summary>
    public async Task<string> UntilAsync(Regex wanted, CancellationToken stop)
    {
        while (true)
        {
            var line = await _process.StandardOutput.ReadLineAsync(stop);
            Assert.True(line is not null, string.Join('\n', _output));
            _output.Add(line);
            if (wanted.Match(line) is { Success: true } match) return match.Groups[1].Value;
        }
    }

    /// <summary>Ends it as Ctrl-C does, in time; returns what it has logged.</summary>
    public async Task<string> EndAsync(CancellationToken stop)
    {
        var time = Stopwatch.StartNew();
        using (var signal = Process.Start("kill", ["-INT", $"{_process.Id}"])) await signal.WaitForExitAsync(stop);
        _output.Add(await _process.StandardOutput.ReadToEndAsync(stop));
        await _process.WaitForExitAsync(stop);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, s_longestStop);
        Assert.Equal(0, _process.ExitCode);
        return string.Join('\n', _output);
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        Client.Dispose();
        return ValueTask.CompletedTask;
    }

    [GeneratedRegex(@"Now listening on: (\S+)")]
    private static partial Regex Listening();
}
