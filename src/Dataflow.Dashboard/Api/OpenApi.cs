using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Dashboard.Api;

/// <summary>Describes the API as OpenAPI 3.1. The schemas are made of the types that the answers are written from.</summary>
internal static class OpenApi
{
    private const string Document = """
        {
          "openapi": "3.1.0",
          "info": {
            "title": "Dataflow admin API", "version": "1",
            "description": "Running jobs of a process. Times end in Ms: spans, or moments since the Unix epoch. Answers are at most one second old; If-None-Match saves those that have not changed."
          },
          "paths": {
            "/api/v1/jobs": {"get": {"summary": "All jobs at a glance, and the process", "x-answer": "JobListView"}},
            "/api/v1/jobs/{job}": {"get": {"summary": "Status and diagnosis of a job", "x-answer": "JobView"}},
            "/api/v1/jobs/{job}/plan": {"get": {"summary": "The plan as a graph, and as text", "x-answer": "PlanView"}},
            "/api/v1/jobs/{job}/history": {"get": {"summary": "The last ten minutes, and the last 300 checkpoints", "x-answer": "HistoryView"}},
            "/api/v1/jobs/{job}/state": {"get": {"summary": "State of the steps that hold most of it, over the last ten minutes", "x-answer": "StateHistoryView"}},
            "/api/v1/jobs/{job}/dead-letters": {"get": {"summary": "The newest 1000 dead letters, by step and reason", "x-answer": "DeadLettersView"}},
            "/api/v1/jobs/{job}/checkpoints": {"get": {"summary": "The checkpoints that the pipeline's next start carries on from", "x-answer": "SavedCheckpointListView"}},
            "/api/v1/jobs/{job}/groups": {"get": {"summary": "Offsets that groups of readers have stored in the job's log", "x-answer": "GroupListView"}},
            "/api/v1/jobs/{job}/features": {"get": {"summary": "Definitions of the feature views that jobs of the log have used, by version", "x-answer": "FeatureListView"}},
            "/api/v1/jobs/{job}/topics": {"get": {"summary": "Topics of the job's log, with offsets", "x-answer": "TopicListView"}},
            "/api/v1/jobs/{job}/topics/{topic}": {"get": {"summary": "A topic's settings, its offsets, and the forms of its keys and values", "x-answer": "TopicDescriptionView"}},
            "/api/v1/jobs/{job}/topics/{topic}/records": {"get": {
              "summary": "Records of a partition: the newest, or those from an offset on. Only where values are shown", "x-answer": "RecordListView",
              "parameters": [
                {"name": "partition", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
                {"name": "from", "in": "query", "schema": {"type": "integer", "minimum": 0}},
                {"name": "key", "in": "query", "description": "Only records whose key has this text, of 100,000 at most", "schema": {"type": "string"}},
                {"name": "count", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 20}}]}},
            "/api/v1/jobs/{job}/topics/{topic}/delete": {"post": {
              "summary": "Delete a topic that no job and no pipeline needs", "x-answer": "DeletedTopicView",
              "parameters": [
                {"name": "name", "in": "query", "required": true, "description": "The topic's name, to confirm it", "schema": {"type": "string"}},
                {"name": "dryRun", "in": "query", "schema": {"type": "boolean", "default": false}}]}},
            "/api/v1/jobs/{job}/lookups": {"get": {"summary": "Tables, features and indexes that the pipeline offers, with missing values and drift", "x-answer": "LookupListView"}},
            "/api/v1/jobs/{job}/lookups/{lookup}": {"get": {
              "summary": "A row, a feature vector or the nearest rows. Only where values are shown", "x-answer": "LookupAnswerView",
              "parameters": [
                {"name": "question", "in": "query", "required": true, "schema": {"type": "string"}},
                {"name": "at", "in": "query", "schema": {"type": "string", "format": "date-time"}}]}},
            "/api/v1/jobs/{job}/stop": {"post": {"summary": "Stop with a checkpoint, from which the next start carries on", "x-answer": "DetailView"}},
            "/api/v1/jobs/{job}/drain": {"post": {"summary": "End for good: complete what was read and close all windows", "x-answer": "DetailView"}},
            "/api/v1/jobs/{job}/forget": {"post": {
              "summary": "Delete the checkpoints and the state of a job that has ended, so that its next start begins anew", "x-answer": "ForgottenView",
              "parameters": [{"name": "name", "in": "query", "required": true, "description": "The pipeline's name, to confirm it", "schema": {"type": "string"}}]}},
            "/api/v1/jobs/{job}/dead-letters/replay": {"post": {"summary": "Write the records of all dead letters into their topics again, each once", "x-answer": "ReplayView"}},
            "/api/v1/jobs/{job}/dead-letters/{group}/replay": {"post": {"summary": "Write the records of a group's dead letters into their topics again, each once", "x-answer": "ReplayView"}}
          },
          "components": {
            "securitySchemes": {
              "token": {"type": "http", "scheme": "bearer"},
              "actionToken": {"type": "apiKey", "in": "header", "name": "dataflow-action-token"}},
            "responses": {"Refused": {"description": "Why not", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/DetailView"}}}}},
            "schemas": {}
          }
        }
        """;

    private static readonly JsonTypeInfo[] s_answers =
    [
        DashboardJson.Default.JobListView, DashboardJson.Default.JobView, DashboardJson.Default.PlanView,
        DashboardJson.Default.HistoryView, DashboardJson.Default.StateHistoryView, DashboardJson.Default.DeadLettersView,
        DashboardJson.Default.TopicListView, DashboardJson.Default.TopicDescriptionView,
        DashboardJson.Default.RecordListView, DashboardJson.Default.LookupListView,
        DashboardJson.Default.LookupAnswerView, DashboardJson.Default.ReplayView, DashboardJson.Default.ForgottenView,
        DashboardJson.Default.GroupListView, DashboardJson.Default.SavedCheckpointListView, DashboardJson.Default.FeatureListView,
        DashboardJson.Default.DeletedTopicView, DashboardJson.Default.DetailView,
    ];

    public static Answer Describe(DashboardOptions options)
    {
        var document = JsonNode.Parse(Document)!;
        var schemas = document["components"]!["schemas"]!;
        var exact = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true };
        foreach (var answer in s_answers) schemas[answer.Type.Name] = answer.GetJsonSchemaAsNode(exact);
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject()) Complete(path, method, operation!.AsObject(), options);
        }

        return Answer.Of(JsonSerializer.SerializeToUtf8Bytes(document));
    }

    private static void Complete(string path, string method, JsonObject operation, DashboardOptions options)
    {
        var answer = (string)operation["x-answer"]!;
        operation.Remove("x-answer");
        var parameters = operation["parameters"]?.AsArray() ?? [];
        foreach (var name in path.Split('/').Where(static part => part.StartsWith('{')))
            parameters.Insert(0, new JsonObject
            {
                ["name"] = name.Trim('{', '}'), ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" },
            });
        operation["parameters"] = parameters;
        var schema = new JsonObject { ["$ref"] = $"#/components/schemas/{answer}" };
        operation["responses"] = new JsonObject
        {
            [answer == nameof(DetailView) ? "202" : "200"] = new JsonObject
            {
                ["description"] = "The answer",
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schema } },
            },
            ["default"] = new JsonObject { ["$ref"] = "#/components/responses/Refused" },
        };
        if (options.Token is not null || method != "get") operation["security"] = Security(options.Token is not null, method != "get");
    }

    private static JsonArray Security(bool needsToken, bool acts)
    {
        var needed = new JsonObject();
        if (needsToken) needed["token"] = new JsonArray();
        if (acts) needed["actionToken"] = new JsonArray();
        return [needed];
    }
}
