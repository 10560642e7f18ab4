using System.Net;
using System.Security.Cryptography.X509Certificates;
using Dataflow.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Dataflow.Arrow.Flight;

/// <summary>Where a <see cref="TrainingServer"/> listens, and to whom.</summary>
public sealed record TrainingServerOptions
{
    /// <summary>The address. Default: loopback. Any other needs <see cref="Token"/> and <see cref="Certificate"/>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port. Default 8815; 0: one that is free.</summary>
    public int Port { get; init; } = 8815;

    /// <summary>The token that clients send as <c>authorization: Bearer …</c>: visible ASCII characters without spaces. Null: none is needed.</summary>
    public string? Token { get; init; }

    /// <summary>The server's certificate, with its key, for TLS. Null: none.</summary>
    public X509Certificate2? Certificate { get; init; }
}

/// <summary>Serves topics of rows, and training sets in files, to trainers as Arrow Flight.</summary>
/// <remarks>
/// A set is a flight: its path is its name, and each of its shards an endpoint. A trainer that wants a cursor asks with a command
/// instead, JSON: <c>{"set":"delays","trainer":"a","epoch":0,"seed":7,"window":4096}</c>. The first such call fixes the range,
/// the seed and the window of the epoch; later ones must have the same, and their tickets begin where the trainer's cursor is. With every batch comes, as its metadata, the ticket
/// for what follows it: the trainer hands it to the action <c>commit</c> when it is done with the batch, or to <c>DoGet</c> to go on.
/// Without <c>seed</c> rows come in the log's order; with it those of each window of positions come in an order that seed, epoch, shard
/// and window decide, so that a trainer that goes on sees the same rows as one that never stopped.
/// Cursors are offsets of groups in the log and survive what it survives.
/// </remarks>
public sealed class TrainingServer : IAsyncDisposable
{
    private const int MaxMessageBytes = 1 << 20;

    private readonly WebApplication _app;

    private TrainingServer(WebApplication app) => _app = app;

    /// <summary>Where it listens: <c>http://127.0.0.1:8815</c>; Flight clients write <c>grpc://</c>.</summary>
    public Uri Uri => new(_app.Urls.Single());

    /// <summary>Starts to listen.</summary>
    /// <param name="log">Has the topics, and keeps the cursors. It stays open when the server is disposed.</param>
    /// <param name="sets">What is served.</param>
    /// <param name="options">Default: loopback, port 8815, no token.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="ArgumentException">Two sets have a name; or the address is not loopback, and token or certificate is missing;
    /// or the token cannot be sent.</exception>
    /// <exception cref="LogException">The log has not all the topics.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<TrainingServer> StartAsync(
        LogStore log, IReadOnlyList<ServedSet> sets, TrainingServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(sets);
        options ??= new();
        foreach (var set in sets) log.GetTopic(set.Topic);
        var server = new TrainingServer(Build(log, sets.ToDictionary(static set => set.Name, StringComparer.Ordinal), options));
        await server._app.StartAsync(cancellationToken).ConfigureAwait(false);
        return server;
    }

    /// <summary>Stops: calls under way are broken off.</summary>
    public ValueTask DisposeAsync() => Listener.StopAsync(_app);

    private static WebApplication Build(LogStore log, Dictionary<string, ServedSet> sets, TrainingServerOptions options)
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
            // The bound on messages says what is wrong; that on bodies breaks the call off.
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            return next(context);
        });
        app.UseRouting();
        app.MapFlightEndpoint();
        return app;
    }

    /// <summary>Answers a call without the token before anything of it is read.</summary>
    private static Task Refuse(HttpResponse response)
    {
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = "16"; // unauthenticated
        response.Headers["grpc-message"] = "The call has not the token that the server was started with.";
        return Task.CompletedTask;
    }
}
