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

/// <summary>The network address of a server, and its protection: loopback by default; any other address needs a token and a
/// certificate.</summary>
internal sealed record Listener(IPAddress Address, int Port, string? Token, X509Certificate2? Certificate)
{
    private const string Scheme = "Bearer ";

    private readonly byte[] _token = Encoding.UTF8.GetBytes(Token ?? "");
    private string? _ownHost; // the last host name that was found to be this one: mostly all are the same

    /// <exception cref="ArgumentException">The address is not loopback, and token or certificate is missing; or the token cannot be
    /// sent.</exception>
    public WebApplicationBuilder CreateBuilder(HttpProtocols protocols)
    {
        if (!IPAddress.IsLoopback(Address) && (string.IsNullOrEmpty(Token) || Certificate is null))
            throw new ArgumentException(
                $"Address {Address}: beyond loopback a server needs a token and a certificate. Give both, or listen on loopback.");
        Check(Token);
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

    /// <exception cref="ArgumentException">The token cannot be sent.</exception>
    public static void Check(string? token)
    {
        if (token is not null && (token.Length == 0 || !token.All(static letter => letter is > ' ' and <= '~')))
            throw new ArgumentException(
                "Token: no client could send it. Give one of visible ASCII characters without spaces, or null for none.");
    }

    /// <summary>Whether a request has the token, if one is required.</summary>
    public bool Allows(HttpRequest request)
    {
        if (Token is null) return true;
        var given = request.Headers.Authorization.ToString();
        return given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && IsToken(given.AsSpan(Scheme.Length).Trim().ToString());
    }

    /// <summary>Whether a text is the token, compared in a time that does not tell where it differs.</summary>
    public bool IsToken(string given) => CryptographicOperations.FixedTimeEquals(_token, Encoding.UTF8.GetBytes(given));

    /// <summary>Whether a web page of another host may have sent a request: its host name could have been made to resolve to this one (DNS
    /// rebinding). Only where there is no token, which such a page does not have.</summary>
    public bool IsForeign(HttpRequest request)
    {
        if (Token is not null) return false;
        var host = request.Headers.Host.ToString();
        if (host != _ownHost)
        {
            if (host.Length > 0 && !IsLoopback(request.Host.Host)) return true;
            _ownHost = host;
        }

        var origin = request.Headers.Origin;
        return origin.Count > 0 && !(Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var page) && IsLoopback(page.Host));
    }

    private static bool IsLoopback(string host)
        => host.TrimEnd('.').Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Stops a server; calls in progress are aborted.</summary>
    public static async ValueTask StopAsync(WebApplication app)
    {
        using var now = new CancellationTokenSource(0);
        await app.StopAsync(now.Token).ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
    }
}
