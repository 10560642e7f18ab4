using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Dataflow.Redis.Tests;

/// <summary>A real <c>redis-server</c> of the test's own; the test is skipped where there is none.</summary>
public sealed class RedisServer : IDisposable
{
    private readonly Process _process;

    private RedisServer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    private string? NodesFile { get; init; }

    public string Configuration => $"127.0.0.1:{Port},abortConnect=true,connectTimeout=2000,asyncTimeout=2000";

    /// <param name="isCluster">Whether it is a cluster, of one server.</param>
    public static RedisServer Start(bool isCluster = false)
    {
        var port = FreePort();
        var nodes = $"nodes-{port}.conf";
        string[] cluster = isCluster ? ["--cluster-enabled", "yes", "--cluster-config-file", nodes, "--cluster-port", $"{FreePort()}"] : [];
        try
        {
            var process = new Process
            {
                StartInfo = new ProcessStartInfo(
                    "redis-server",
                    [
                        "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath(),
                        .. cluster,
                    ])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                },
            };
            using var ready = new ManualResetEventSlim();
            process.OutputDataReceived += (_, line) =>
            {
                if (line.Data?.Contains("Ready to accept connections", StringComparison.Ordinal) is true) ready.Set();
            };
            process.Start();
            process.BeginOutputReadLine();
            Assert.True(ready.Wait(TimeSpan.FromSeconds(30)), "redis-server does not start.");
            return new RedisServer(process, port) { NodesFile = isCluster ? Path.Combine(Path.GetTempPath(), nodes) : null };
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("'redis-server' is not installed.");
            throw;
        }
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        if (NodesFile is not null) File.Delete(NodesFile);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
