using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Dataflow.Telemetry.Tests;

/// <summary>Jobs that run, behind OpenTelemetry's exporter for Prometheus.</summary>
public sealed class Scraped : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private MeterProvider? _provider;
    private Traffic? _traffic;

    public int Port { get; } = PrometheusServer.FreePort();

    public async ValueTask InitializeAsync()
    {
        _provider = Sdk.CreateMeterProviderBuilder().AddMeter("Dataflow").AddPrometheusHttpListener(options =>
        {
            (options.Host, options.Port, options.ScrapeResponseCacheDurationMilliseconds) = ("localhost", Port, 0);
        }).Build();
        _traffic = await Traffic.StartAsync();
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await ScrapeAsync(bound.Token)).Contains("dataflow_window_open", StringComparison.Ordinal))
            await Task.Delay(100, bound.Token);
    }

    public Task<string> ScrapeAsync(CancellationToken cancellationToken)
        => _http.GetStringAsync(new Uri($"http://localhost:{Port}/metrics"), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_traffic is not null) await _traffic.DisposeAsync();
        _provider?.Dispose();
        _http.Dispose();
    }
}
