using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dataflow.Dashboard;

/// <summary>Shows running jobs in a browser, from a server of its own: for console programs. In an ASP.NET application use
/// <see cref="DashboardEndpoints.MapDataflowDashboard(Microsoft.AspNetCore.Routing.IEndpointRouteBuilder, Func{IReadOnlyCollection{Job}},
/// string, DashboardOptions?)"/>.</summary>
public sealed class DashboardServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly JobsWatch _watch;

    private DashboardServer(WebApplication app, JobsWatch watch) => (_app, _watch) = (app, watch);

    /// <summary>The address of the page: <c>http://127.0.0.1:6567</c>.</summary>
    public Uri Uri => new(_app.Urls.Single());

    /// <summary>Starts a server that shows one job.</summary>
    /// <param name="job">The job, which continues when the server is disposed.</param>
    /// <param name="options">The options. Default: loopback, port 6567, without actions and values.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="ArgumentException">The address is not loopback, and token or certificate is missing; or a token cannot be
    /// sent.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    /// <example><code>
    /// await using var page = await DashboardServer.StartAsync(job, options);
    /// </code></example>
    public static Task<DashboardServer> StartAsync(
        Job job, DashboardServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        return StartAsync(() => [job], options, cancellationToken);
    }

    /// <summary>Starts a server that shows the jobs there are.</summary>
    /// <param name="jobs">Returns the jobs. Called once a second, from any thread; must not block.</param>
    /// <param name="options">The options. Default: loopback, port 6567, without actions and values.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <inheritdoc cref="StartAsync(Job, DashboardServerOptions?, CancellationToken)" path="/exception"/>
    public static async Task<DashboardServer> StartAsync(
        Func<IReadOnlyCollection<Job>> jobs, DashboardServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        options ??= new();
        var listener = new Listener(options.Address, options.Port, options.Token, options.Certificate);
        var app = listener.CreateBuilder(HttpProtocols.Http1AndHttp2).Build();
        var watch = new JobsWatch(jobs, options);
        app.Run(new DashboardRequests(watch, options, listener).HandleAsync);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            watch.Dispose();
            throw;
        }

        return new DashboardServer(app, watch);
    }

    /// <summary>Stops the server: requests in progress are aborted. The jobs continue.</summary>
    public ValueTask DisposeAsync()
    {
        _watch.Dispose();
        return Listener.StopAsync(_app);
    }
}
