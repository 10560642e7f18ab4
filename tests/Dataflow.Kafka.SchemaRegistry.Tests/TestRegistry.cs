using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Dataflow.Kafka.Tests;

/// <summary>A schema registry of the tests' own, which speaks the HTTP interface of Confluent's and keeps all in memory.</summary>
public sealed class TestRegistry : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<JsonObject> _schemas = []; // by id, from 1
    private readonly Dictionary<string, List<int>> _subjects = [];
    private readonly List<string> _requests = [];
    private readonly int _port = FreePort();
    private HttpListener? _listener;

    public TestRegistry() => Start();

    public string Url => $"http://127.0.0.1:{_port}";

    /// <summary>User and password that requests must have, joined by a colon.</summary>
    public string? Login { get; set; }

    /// <summary>A subject that takes no further schemas, as one with which new ones are not compatible.</summary>
    public string? ClosedSubject { get; set; }

    /// <summary>Whether requests are not answered.</summary>
    public bool IsSilent { get; set; }

    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    public IReadOnlyCollection<string> Subjects
    {
        get
        {
            lock (_lock) return [.. _subjects.Keys.Order()];
        }
    }

    public int Register(string subject, string schema, string type = "AVRO")
        => AddTo(subject, new JsonObject { ["schema"] = schema, ["schemaType"] = type });

    public string SchemaOf(string subject)
    {
        lock (_lock) return (string)_schemas[_subjects[subject][^1] - 1]["schema"]!;
    }

    public void Start()
    {
        var listener = new HttpListener { Prefixes = { $"{Url}/" } };
        listener.Start();
        _listener = listener;
        _ = Task.Run(() => AnswerAsync(listener));
    }

    public void Stop() => _listener!.Close();

    public void Dispose() => Stop();

    private async Task AnswerAsync(HttpListener listener)
    {
        while (true)
        {
            HttpListenerContext request;
            try
            {
                request = await listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            if (!IsSilent) Answer(request);
        }
    }

    private void Answer(HttpListenerContext context)
    {
        using var body = new StreamReader(context.Request.InputStream);
        var (status, answer) = AnswerTo(context.Request, body.ReadToEnd());
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/vnd.schemaregistry.v1+json";
        context.Response.Close(Encoding.UTF8.GetBytes(answer.ToJsonString()), willBlock: true);
    }

    private (int Status, JsonNode Answer) AnswerTo(HttpListenerRequest request, string body)
    {
        var path = request.Url!.AbsolutePath.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        lock (_lock) _requests.Add($"{request.HttpMethod} {string.Join('/', path)}");
        if (Login is not null && request.Headers["Authorization"] != $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Login))}")
            return Error(401, 40101, "User cannot access the resource.");
        lock (_lock)
        {
            return (request.HttpMethod, path) switch
            {
                ("GET", ["schemas", "ids", var id]) => Find(int.Parse(id)),
                ("POST", ["subjects", var subject, "versions"]) when subject == ClosedSubject
                    => Error(409, 409, "Schema being registered is incompatible with an earlier schema"),
                ("POST", ["subjects", var subject, "versions"])
                    => (200, new JsonObject { ["id"] = AddTo(subject, JsonNode.Parse(body)!.AsObject()) }),
                ("POST", ["subjects", var subject]) => Look(subject, JsonNode.Parse(body)!.AsObject()),
                ("GET", ["subjects", var subject, "versions", "latest"]) when _subjects.TryGetValue(subject, out var ids)
                    => (200, Version(subject, ids.Count)),
                ("GET", ["subjects", var subject, "versions", var version]) when _subjects.ContainsKey(subject)
                    => (200, Version(subject, int.Parse(version))),
                _ => Error(404, 40401, "Subject not found."),
            };
        }
    }

    private static (int, JsonNode) Error(int status, int code, string message)
        => (status, new JsonObject { ["error_code"] = code, ["message"] = message });

    private (int, JsonNode) Find(int id)
        => id > 0 && id <= _schemas.Count ? (200, _schemas[id - 1].DeepClone()) : Error(404, 40403, $"Schema {id} not found");

    private (int, JsonNode) Look(string subject, JsonObject schema)
    {
        if (!_subjects.TryGetValue(subject, out var ids)) return Error(404, 40401, "Subject not found.");
        var version = ids.FindIndex(id => HasText(_schemas[id - 1], schema)) + 1;
        return version > 0 ? (200, Version(subject, version)) : Error(404, 40403, "Schema not found");
    }

    private JsonObject Version(string subject, int version)
    {
        var id = _subjects[subject][version - 1];
        var answer = _schemas[id - 1].DeepClone().AsObject();
        (answer["subject"], answer["version"], answer["id"]) = (subject, version, id);
        return answer;
    }

    private int AddTo(string subject, JsonObject schema)
    {
        lock (_lock)
        {
            var id = _schemas.FindIndex(known => HasText(known, schema)) + 1;
            if (id == 0)
            {
                _schemas.Add(schema);
                id = _schemas.Count;
            }

            if (!_subjects.TryGetValue(subject, out var ids)) _subjects[subject] = ids = [];
            if (!ids.Contains(id)) ids.Add(id);
            return id;
        }
    }

    private static bool HasText(JsonObject one, JsonObject other) => (string)one["schema"]! == (string)other["schema"]!;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
