using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dataflow;

/// <summary>What all servers have in common: loopback unless told otherwise, and beyond it a token and a certificate.</summary>
internal sealed record Listener(IPAddress Address, int Port, string? Token, X509Certificate2? Certificate)
{
    private readonly byte[] _authorization = Encoding.UTF8.GetBytes($"Bearer {Token}");

    /// <exception cref="ArgumentException">The address is not loopback, and token or certificate is missing.</exception>
    public WebApplicationBuilder CreateBuilder(HttpProtocols protocols)
    {
        if (!IPAddress.IsLoopback(Address) && (string.IsNullOrEmpty(Token) || Certificate is null))
            throw new ArgumentException($"Address {Address}: beyond loopback a server needs a token and a certificate. Give both, or listen on loopback.");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            kestrel.Listen(Address, Port, listen =>
            {
                listen.Protocols = protocols;
                if (Certificate is { } certificate) listen.UseHttps(certificate);
            });
        });
        if (Certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddLogging(static logging => logging.ClearProviders());
        return builder;
    }

    /// <summary>Whether a request has the token, if one is needed.</summary>
    public bool Allows(HttpRequest request)
        => Token is null || CryptographicOperations.FixedTimeEquals(_authorization, Encoding.UTF8.GetBytes(request.Headers.Authorization.ToString()));

    /// <summary>Stops a server: calls under way are broken off.</summary>
    public static async ValueTask StopAsync(WebApplication app)
    {
        using var now = new CancellationTokenSource(0);
        await app.StopAsync(now.Token).ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
    }
}
