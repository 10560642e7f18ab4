using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dataflow.Features.Http;

/// <summary>The options of a <see cref="FeatureServer"/>: address, port and access.</summary>
public sealed record FeatureServerOptions
{
    /// <summary>The address to listen on. Default: loopback. Any other needs <see cref="Token"/> and <see cref="Certificate"/>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port. Default 6566, as Feast's; 0: any free port.</summary>
    public int Port { get; init; } = 6566;

    /// <summary>The token that clients send as <c>authorization: Bearer …</c>, except for <c>/health</c>: visible ASCII characters without
    /// spaces. Default null: no token; then requests by another host name than a loopback one, or from pages of other hosts, are
    /// refused.</summary>
    public string? Token { get; init; }

    /// <summary>The server's certificate, with its key, for TLS. Default null: no TLS.</summary>
    public X509Certificate2? Certificate { get; init; }
}

/// <summary>Serves the features of a running job over HTTP, in the form of Feast's feature server.</summary>
/// <remarks><c>POST /get-online-features</c> with <c>feature_service</c>, or <c>features</c> as <c>view:feature</c>, and <c>entities</c> as
/// columns. The features of a row from one service are read at one moment, with one cut. For entities that another process of the pipeline
/// has, the server at its <see cref="JobOptions.AdvertisedAddress"/> is asked. <c>GET /health</c> answers 200 while the job runs;
/// <c>GET /openapi.json</c> describes both.</remarks>
public sealed class FeatureServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FeatureRequests _requests;

    private FeatureServer(WebApplication app, FeatureRequests requests) => (_app, _requests) = (app, requests);

    /// <summary>The address of the server: <c>http://127.0.0.1:6566</c>.</summary>
    public Uri Uri => new(_app.Urls.Single());

    /// <summary>Starts a server.</summary>
    /// <param name="job">The running job. It continues when the server is disposed.</param>
    /// <param name="services">The services to serve; <c>Serve</c> of each was called before the job was started.</param>
    /// <param name="options">The options. Default: loopback, port 6566, no token.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="ArgumentException">There is no service, or two have the same name; or the address is not loopback, and token or
    /// certificate is missing; or the token cannot be sent.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<FeatureServer> StartAsync(
        Job job, IReadOnlyList<ServedFeatures> services, FeatureServerOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(services);
        if (services.Count == 0)
            throw new ArgumentException("There is no service to serve. Give one, made by ServedFeatures.Of.", nameof(services));
        options ??= new();
        var listener = new Listener(options.Address, options.Port, options.Token, options.Certificate);
        var builder = listener.CreateBuilder(HttpProtocols.Http1AndHttp2);
        // A request takes microseconds and waits for nothing: to hand it to another thread of the pool would take longer (perf/Serving).
        builder.WebHost.UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
        var app = builder.Build();
        var requests = new FeatureRequests(job, services, listener);
        app.Run(requests.HandleAsync);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        return new FeatureServer(app, requests);
    }

    /// <summary>Stops the server: calls in progress are aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        await Listener.StopAsync(_app).ConfigureAwait(false);
        _requests.Dispose();
    }
}
