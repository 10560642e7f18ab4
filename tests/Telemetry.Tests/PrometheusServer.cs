using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Dataflow.Telemetry.Tests;

/// <summary>A Prometheus of the machine that scrapes a port and knows the rules of the manual.</summary>
internal sealed class PrometheusServer : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http;
    private readonly Process _process;

    private PrometheusServer(int scraped, string rules)
    {
        var port = FreePort();
        File.WriteAllText(_folder["prometheus.yml"],
            $$"""
            global: { scrape_interval: 500ms, evaluation_interval: 500ms }
            rule_files: ["{{rules}}"]
            scrape_configs: [{ job_name: shop, static_configs: [{ targets: ["localhost:{{scraped}}"] }] }]
            """);
        _http = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
        _process = Start("prometheus", $"--config.file={_folder["prometheus.yml"]}", $"--storage.tsdb.path={_folder["data"]}",
            $"--web.listen-address=localhost:{port}", "--log.level=error");
    }

    public static bool IsInstalled => Array.TrueForAll(["prometheus", "promtool"], static tool
        => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, tool))));

    /// <summary>Starts the server, and waits until it has scraped for a few seconds.</summary>
    public static async Task<PrometheusServer> StartAsync(int scraped, string rules)
    {
        var server = new PrometheusServer(scraped, rules);
        using var bound = new CancellationTokenSource(Bound);
        while (await server.CountAsync("count_over_time(up[1m]) > 8 and up == 1", bound.Token) == 0) await Task.Delay(100, bound.Token);
        return server;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Runs promtool; returns what it writes, or fails with it.</summary>
    public static async Task CheckAsync(string? input, params string[] arguments)
    {
        using var process = Start("promtool", arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Bound);
        Assert.True(process.ExitCode == 0, $"{await output}{await errors}");
    }

    /// <summary>The number of series that an expression gives.</summary>
    public async Task<int> CountAsync(string expression, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(
                new Uri($"/api/v1/query?query={Uri.EscapeDataString(expression)}", UriKind.Relative), cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            Assert.True(answer.StatusCode != HttpStatusCode.BadRequest, $"{expression}: {text}");
            if (!answer.IsSuccessStatusCode) return 0;
            using var json = JsonDocument.Parse(text);
            return json.RootElement.GetProperty("data").GetProperty("result").GetArrayLength();
        }
        catch (HttpRequestException) when (!_process.HasExited)
        {
            return 0; // it does not listen yet
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
    })!;
}
