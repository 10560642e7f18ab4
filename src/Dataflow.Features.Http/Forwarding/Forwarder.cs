using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Dataflow.Features.Http;

/// <summary>Asks the servers of other processes of the pipeline for what these have, with the token of who asks.</summary>
internal sealed class Forwarder : IDisposable
{
    private const string Mark = "dataflow-forwarded";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = Longest, MaxResponseContentBufferSize = 64 << 20,
    };

    /// <summary>Whether a request comes from another process, which took this one for the owner: it goes no further.</summary>
    public static bool IsForwarded(HttpRequest request) => request.Headers.ContainsKey(Mark);

    /// <summary>Whether a process may be asked: a token goes over a network by TLS only.</summary>
    public static bool MayAsk([NotNullWhen(true)] Uri? address)
        => address is { IsAbsoluteUri: true } && (address.Scheme == Uri.UriSchemeHttps
            || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    /// <summary>Asks the server at an address.</summary>
    /// <param name="address">The server's address.</param>
    /// <param name="from">The request to which the answer belongs.</param>
    /// <param name="body">What to ask.</param>
    /// <exception cref="RequestException">It does not answer, or refuses.</exception>
    public async Task<ReadOnlyMemory<byte>> AskAsync(Uri address, HttpRequest from, ReadOnlyMemory<byte> body)
    {
        var aborted = from.HttpContext.RequestAborted;
        try
        {
            using var message = MessageTo(address, from, body);
            using var answer = await _client.SendAsync(message, aborted).ConfigureAwait(false);
            var json = await answer.Content.ReadAsByteArrayAsync(aborted).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? json : throw Refused(address, (int)answer.StatusCode, json);
        }
        catch (HttpRequestException error)
        {
            throw new RequestException(502, error.HttpRequestError == HttpRequestError.SecureConnectionError
                ? $"{At(address)} has a certificate that is not trusted here, or is none for this address."
                : $"{At(address)} does not answer. Ask again: others take over what a process had that died.");
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw new RequestException(504, $"{At(address)} has not answered within {Longest.TotalSeconds} seconds. Ask again.");
        }
    }

    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage MessageTo(Uri address, HttpRequest from, ReadOnlyMemory<byte> body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(address, FeatureRequests.OnlinePath))
        {
            Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        message.Headers.Add(Mark, "1");
        if (from.Headers.Authorization is { Count: > 0 } token) message.Headers.TryAddWithoutValidation("authorization", token.ToString());
        return message;
    }

    private static RequestException Refused(Uri address, int status, ReadOnlyMemory<byte> json)
        => new(
            status is >= 400 and < 500 or 503 ? status : 502,
            $"{At(address)} answers {status}: {DetailOf(json)}"
                + (status == 421 ? " Either keys move, then ask again; or one row has entities of several processes." : ""));

    private static string At(Uri address) => $"The process at {address}, which has some of the entities,";

    private static string DetailOf(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.GetProperty("detail").GetString() ?? "";
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return "it is no feature server. Advertise the address of one.";
        }
    }
}
