using System.Net.Http.Headers;
using System.Text.Json;

namespace Dataflow.Cli.Processes;

/// <summary>The admin API of a running process: that of its dashboard.</summary>
internal sealed class AdminApi : IDisposable
{
    private const int MostBytes = 64 << 20;

    private readonly HttpClient _client;

    /// <param name="url">The dashboard's address.</param>
    /// <param name="token">The token for reading, if the dashboard has one.</param>
    public AdminApi(string url, string? token)
    {
        var isAddress = Uri.TryCreate($"{url.TrimEnd('/')}/api/v1/", UriKind.Absolute, out var address);
        if (!isAddress || (address!.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ToolException($"Address '{url}': it is none. Write the dashboard's, such as {UrlCommand.DefaultUrl}.");
        // Tokens go to this address only, wherever it redirects to.
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = address, Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = MostBytes,
        };
        if (token is not null) _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
        => SendAsync(HttpMethod.Get, path, actionToken: null, cancellationToken);

    /// <summary>Reads the status of a job, or of each.</summary>
    public async Task<IReadOnlyList<JsonElement>> JobsAsync(string? job, CancellationToken cancellationToken)
    {
        if (job is not null) return [await GetAsync(PathOf(job), cancellationToken).ConfigureAwait(false)];
        var list = await GetAsync("jobs", cancellationToken).ConfigureAwait(false);
        var jobs = new List<JsonElement>();
        foreach (var found in list.GetProperty("jobs").EnumerateArray())
            jobs.Add(await GetAsync(PathOf(found.GetProperty("id").GetString()!), cancellationToken).ConfigureAwait(false));
        return jobs;
    }

    /// <exception cref="ToolException">The process does not answer, or refuses.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? actionToken, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (actionToken is not null) request.Headers.TryAddWithoutValidation("dataflow-action-token", actionToken);
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return JsonElement.Parse(body);
            throw new ToolException($"Process at {_client.BaseAddress}: it answered {(int)response.StatusCode}. {DetailOf(body)}");
        }
        catch (Exception error) when (error is HttpRequestException or JsonException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ToolException(
                $"Process at {_client.BaseAddress}: no dashboard answers there: {error.Message.TrimEnd('.')}. Give the address of one with "
                    + "--url.");
        }
    }

    public static string PathOf(string job) => $"jobs/{Uri.EscapeDataString(job)}";

    public void Dispose() => _client.Dispose();

    private static string DetailOf(string body)
    {
        try
        {
            return JsonElement.Parse(body).TryGetProperty("detail", out var detail) ? detail.ToString() : "";
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return "It is no dashboard of Dataflow.";
        }
    }
}
