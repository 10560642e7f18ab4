using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dataflow.Dashboard.Tests;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Dataflow.Dashboard.Tests;

/// <summary>Debian's Chromium, driven by Playwright; tests are skipped where it, Node.js or its packages are missing.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lazy<(Process? Node, string Missing)> _started = new(Start);

    /// <summary>Runs a script of the folder <c>Browser</c>; returns what it returns.</summary>
    internal async Task<JsonNode> RunAsync(string script, object args)
    {
        await _turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var (node, missing) = _started.Value;
            if (node is null) Assert.Skip(missing);
            await node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { script, args }, JsonSerializerOptions.Web));
            var line = await node.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(s_longest);
            var answer = JsonNode.Parse(line ?? throw new InvalidOperationException("Node.js has ended."))!;
            Assert.True(answer["error"] is null, $"{script}: {answer["error"]}");
            return answer["result"]!;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _turn.Dispose();
        if (!_started.IsValueCreated || _started.Value.Node is not { } node) return;
        node.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await node.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill(entireProcessTree: true);
        }

        node.Dispose();
    }

    private static (Process? Node, string Missing) Start()
    {
        const string Browser = "/usr/bin/chromium";
        if (!File.Exists(Browser)) return (null, "Chromium is not installed.");
        var scripts = Path.Combine(AppContext.BaseDirectory, "Browser");
        try
        {
            if (!Directory.Exists(Path.Combine(scripts, "node_modules", "axe-core")))
            {
                using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"])
                {
                    WorkingDirectory = scripts,
                })!;
                npm.WaitForExit();
                if (npm.ExitCode != 0) return (null, "npm cannot install playwright-core and axe-core here.");
            }

            return (Process.Start(new ProcessStartInfo("node", [Path.Combine(scripts, "serve.mjs"), scripts, Browser])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }), "");
        }
        catch (Win32Exception)
        {
            return (null, "Node.js is not installed.");
        }
    }
}
