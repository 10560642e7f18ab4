using System.Net;
using System.Security.Cryptography.X509Certificates;
using Dataflow.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Dataflow.Arrow.Flight;

/// <summary>The options of a <see cref="TrainingServer"/>: address, port and access.</summary>
public sealed record TrainingServerOptions
{
    /// <summary>The address to listen on. Default: loopback. Any other needs <see cref="Token"/> and <see cref="Certificate"/>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port. Default 8815; 0: any free port.</summary>
    public int Port { get; init; } = 8815;

    /// <summary>The token that clients send as <c>authorization: Bearer …</c>: visible ASCII characters without spaces. Default null: no
    /// token.</summary>
    public string? Token { get; init; }

    /// <summary>The server's certificate, with its key, for TLS. Default null: no TLS.</summary>
    public X509Certificate2? Certificate { get; init; }
}

/// <summary>Serves topics of rows, and training sets in files, to trainers over Arrow Flight.</summary>
/// <remarks>A set is a flight: its path is its name, and each of its shards an endpoint. A trainer that wants a cursor asks with a command
/// instead, in JSON: <c>{"set":"delays","trainer":"a","epoch":0,"seed":7,"window":4096}</c>. The first such call fixes the range, the seed
/// and the window of the epoch; later ones must have the same, and their tickets begin at the trainer's cursor. Every batch carries, as its
/// metadata, the ticket for the rows behind it: the trainer passes it to the action <c>commit</c> when it is done with the batch, or to
/// <c>DoGet</c> to continue. Without <c>seed</c> rows come in the log's order; with it those of each window of positions come in an order
/// that seed, epoch, shard and window decide, so that a trainer that continues sees the same rows as one that never stopped. Cursors are
/// offsets of groups in the log and equally durable.</remarks>
public sealed class TrainingServer : IAsyncDisposable
{
    private const int MaxMessageBytes = 1 << 20;

    private readonly WebApplication _app;

    private TrainingServer(WebApplication app) => _app = app;

    /// <summary>The address of the server: <c>http://127.0.0.1:8815</c>; Flight clients write <c>grpc://</c>.</summary>
    public Uri Uri => new(_app.Urls.Single());

    /// <summary>Starts a server.</summary>
    /// <param name="log">The log with the topics, which also keeps the cursors. It stays open when the server is disposed.</param>
    /// <param name="sets">The sets to serve.</param>
    /// <param name="options">The options. Default: loopback, port 8815, no token.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="ArgumentException">Two sets have the same name; or the address is not loopback, and token or certificate is
    /// missing; or the token cannot be sent.</exception>
    /// <exception cref="LogException">A topic is missing in the log.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<TrainingServer> StartAsync(
        PartitionedLog log, IReadOnlyList<ServedSet> sets, TrainingServerOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(sets);
        options ??= new();
        foreach (var set in sets) log.GetTopic(set.Topic);
        var server = new TrainingServer(Build(log, sets.ToDictionary(static set => set.Name, StringComparer.Ordinal), options));
        await server._app.StartAsync(cancellationToken).ConfigureAwait(false);
        return server;
    }

    /// <summary>Stops the server: calls in progress are aborted.</summary>
    public ValueTask DisposeAsync() => Listener.StopAsync(_app);

    private static WebApplication Build(PartitionedLog log, Dictionary<string, ServedSet> sets, TrainingServerOptions options)
    {
        var listener = new Listener(options.Address, options.Port, options.Token, options.Certificate);
        var builder = listener.CreateBuilder(HttpProtocols.Http2);
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(static grpc =>
        {
            grpc.MaxReceiveMessageSize = MaxMessageBytes;
            grpc.Interceptors.Add<StatusInterceptor>();
        }).AddFlightServer<TrainingFlights>();
        builder.Services.AddSingleton(log).AddSingleton<IReadOnlyDictionary<string, ServedSet>>(sets).AddSingleton<TrainingCursors>();
        var app = builder.Build();
        app.Use((context, next) =>
        {
            if (!listener.Allows(context.Request)) return Refuse(context.Response);
            // The limit of messages reports what is wrong; that of bodies aborts the call.
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            return next(context);
        });
        app.UseRouting();
        app.MapFlightEndpoint();
        return app;
    }

    /// <summary>Rejects a call without the token before reading any of it.</summary>
    private static Task Refuse(HttpResponse response)
    {
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = "16"; // unauthenticated
        response.Headers["grpc-message"] = "The call has not the token that the server was started with.";
        return Task.CompletedTask;
    }
}
