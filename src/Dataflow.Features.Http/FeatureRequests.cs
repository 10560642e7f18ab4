using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Dataflow.Features.Http;

/// <summary>Answers HTTP requests.</summary>
internal sealed class FeatureRequests : IDisposable
{
    public const string OnlinePath = "/get-online-features";

    private const string Foreign =
        "The request is for another host, or from a page of one. Ask by a loopback name such as localhost, or start the server with a "
            + "token.";

    private readonly Job _job;
    private readonly Listener _listener;
    private readonly (ServedFeatures Service, OpenFeatures Opened)[] _services;
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<OnlineResponse> _responses = []; // reusable
    private readonly Forwarder _forwarder = new();
    private readonly byte[] _openApi;

    public FeatureRequests(Job job, IReadOnlyList<ServedFeatures> services, Listener listener)
    {
        _job = job;
        _listener = listener;
        _services = [.. services.Select(service => (service, service.Open(job)))];
        foreach (var (index, service) in services.Index())
        {
            if (!_byName.TryAdd(service.Name, index))
                throw new ArgumentException($"Two services have the name '{service.Name}'. Rename one.", nameof(services));
        }

        _openApi = OpenApi.Describe(services, listener.Token is not null);
    }

    public void Dispose() => _forwarder.Dispose();

    public async Task HandleAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        try
        {
            await RouteAsync(request, response).ConfigureAwait(false);
        }
        catch (RequestException error)
        {
            await WriteAsync(response, error.Status, Detail(error.Message)).ConfigureAwait(false);
        }
        catch (KeyElsewhereException error)
        {
            await WriteAsync(response, 421, Detail(error.Message)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await WriteAsync(response, 503, Detail("The job has ended.")).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (OperationCanceledException or BadHttpRequestException))
        {
            await WriteAsync(response, 500, Detail($"The features could not be computed ({error.GetType().Name}).")).ConfigureAwait(false);
        }
    }

    private Task RouteAsync(HttpRequest request, HttpResponse response)
    {
        if (_listener.IsForeign(request)) throw new RequestException(403, Foreign);
        if (Is(request, "/health", IsGetOrHead)) return WriteAsync(response, _job.Completion.IsCompleted ? 503 : 200, Health());
        if (!_listener.Allows(request))
            throw new RequestException(401, "The request has not the token that the server was started with.");
        if (Is(request, OnlinePath, HttpMethods.IsPost)) return AnswerAsync(request, response);
        if (Is(request, "/openapi.json", IsGetOrHead)) return WriteAsync(response, 200, _openApi);
        throw new RequestException(404, $"There is no {request.Method} {request.Path}; /openapi.json says what there is.");
    }

    private static bool Is(HttpRequest request, string path, Func<string, bool> isMethod)
        => request.Path.Value == path && isMethod(request.Method);

    private static bool IsGetOrHead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    private static byte[] Detail(string message)
        => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["detail"] = message });

    private static async Task WriteAsync(HttpResponse response, int status, ReadOnlyMemory<byte> json)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method)) await response.BodyWriter.WriteAsync(json).ConfigureAwait(false);
    }

    private byte[] Health() => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["status"] = _job.State.ToString() });

    private async Task AnswerAsync(HttpRequest request, HttpResponse response)
    {
        var answer = _responses.TryTake(out var used) ? used : new OnlineResponse();
        try
        {
            var body = await BodyAsync(request.BodyReader, answer.Body).ConfigureAwait(false);
            var asked = OnlineRequest.Parse(body.Span);
            var parts = PartsOf(asked);
            await WriteAsync(response, 200, await AnswerAsync(request, answer, body, asked, parts).ConfigureAwait(false))
                .ConfigureAwait(false);
        }
        finally
        {
            answer.Clear();
            _responses.Add(answer);
        }
    }

    private ValueTask<ReadOnlyMemory<byte>> AnswerAsync(
        HttpRequest request, OnlineResponse answer, ReadOnlyMemory<byte> body, OnlineRequest asked, List<OnlinePart> parts)
    {
        try
        {
            return new(AnswerHere(answer, body, asked, parts));
        }
        catch (KeyElsewhereException) when (!Forwarder.IsForwarded(request))
        {
            return new(ForwardAsync(request, answer, body, asked, parts));
        }
    }

    private ReadOnlyMemory<byte> AnswerHere(
        OnlineResponse answer, ReadOnlyMemory<byte> body, OnlineRequest asked, List<OnlinePart> parts)
    {
        foreach (var part in parts) part.Rows = _services[part.Service].Opened.Read(body, asked.Entities);
        foreach (var part in parts) part.ThrowIfFailed();
        answer.Write(body, asked, parts, EntitiesOf(asked, parts));
        return answer.Json;
    }

    /// <summary>Answers each row by the process that has its entities.</summary>
    private async Task<ReadOnlyMemory<byte>> ForwardAsync(
        HttpRequest request, OnlineResponse answer, ReadOnlyMemory<byte> body, OnlineRequest asked, List<OnlinePart> parts)
    {
        var groups = RowGroup.Of(ElsewhereOf(body, asked, parts));
        if (groups is [{ Address: { } only }]) return await _forwarder.AskAsync(only, request, body).ConfigureAwait(false);
        var answers = groups.Select(group =>
        {
            var some = asked.BodyOf(body, group.Rows);
            return group.Address is { } address
                ? _forwarder.AskAsync(address, request, some)
                : Task.FromResult(AnswerHere(answer, some, OnlineRequest.Parse(some.Span), parts));
        });
        return JoinedResponse.Of(groups, await Task.WhenAll(answers).ConfigureAwait(false));
    }

    /// <summary>Finds out, for each row, whether another process has the entities.</summary>
    private KeyElsewhereException?[] ElsewhereOf(ReadOnlyMemory<byte> body, OnlineRequest asked, List<OnlinePart> parts)
    {
        var elsewhere = new KeyElsewhereException?[asked.Rows];
        foreach (var part in parts)
        {
            var found = _services[part.Service].Opened.FindElsewhere(body, asked.Entities);
            for (var row = 0; row < found.Length; row++) elsewhere[row] ??= found[row];
        }

        return elsewhere;
    }

    private static async ValueTask<ReadOnlyMemory<byte>> BodyAsync(PipeReader reader, ArrayBufferWriter<byte> body)
    {
        while (true)
        {
            var read = await reader.ReadAsync().ConfigureAwait(false);
            foreach (var segment in read.Buffer) body.Write(segment.Span);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return body.WrittenMemory;
        }
    }

    /// <summary>Chooses the services to read, and their features: one service, if it has all requested features.</summary>
    private List<OnlinePart> PartsOf(OnlineRequest request)
    {
        if (request.Service is { } name)
        {
            if (!_byName.TryGetValue(name, out var index))
                throw new RequestException(404, $"There is no feature service '{name}'; there is {string.Join(", ", _byName.Keys)}.");
            return [new OnlinePart(index, _services[index].Service.Features)];
        }

        if (request.Features is not { Count: > 0 } features) throw new RequestException(422, "Give 'features' or 'feature_service'.");
        for (var index = 0; index < _services.Length; index++)
        {
            var found = features.ConvertAll(feature => _services[index].Service.ByReference.GetValueOrDefault(feature));
            if (!found.Contains(null)) return RefuseSameNames(request, [new OnlinePart(index, found!)]);
        }

        return RefuseSameNames(request, [.. features.Select(Find).GroupBy(static found => found.Service, static found => found.Feature)
            .Select(static part => new OnlinePart(part.Key, [.. part]))]);
    }

    // As in Feast: a client that looks values up by name would get one for the other.
    private static List<OnlinePart> RefuseSameNames(OnlineRequest request, List<OnlinePart> parts)
    {
        var names = new HashSet<JsonEncodedText>();
        foreach (var feature in parts.SelectMany(static part => part.Features))
        {
            var name = feature.NameIn(request.FullNames);
            if (!names.Add(name))
                throw new RequestException(
                    422, $"Two of the features are named '{name}'; ask for each once, and with 'full_feature_names' if they are of several "
                    + "views.");
        }

        return parts;
    }

    private (int Service, FeatureReference Feature) Find(string reference)
    {
        for (var index = 0; index < _services.Length; index++)
        {
            if (_services[index].Service.ByReference.TryGetValue(reference, out var feature)) return (index, feature);
        }

        throw new RequestException(404, $"There is no feature '{reference}'; features are named 'view:feature'.");
    }

    /// <summary>Returns the required columns, in the order of the request.</summary>
    private List<EntityColumn> EntitiesOf(OnlineRequest request, List<OnlinePart> parts)
        => request.Entities.FindAll(column => parts.Exists(part => _services[part.Service].Service.Takes(column.Name)));
}

/// <summary>The part of a request for one service.</summary>
internal sealed class OnlinePart(int service, IReadOnlyList<FeatureReference> features)
{
    public int Service => service;

    public IReadOnlyList<FeatureReference> Features => features;

    public IReadOnlyList<FeatureVector> Rows { get; set; } = [];

    /// <summary>Throws the error of the user's code for a requested feature; errors of others do not matter.</summary>
    public void ThrowIfFailed()
    {
        for (var row = 0; row < Rows.Count; row++)
        {
            if (Rows[row].Failures is not { } failures) continue;
            foreach (var feature in features)
            {
                if (failures.TryGetValue(feature.Index, out var error)) ExceptionDispatchInfo.Throw(error);
            }
        }
    }
}
