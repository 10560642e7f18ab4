using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dataflow.Features.Http;

/// <summary>Describes the server as OpenAPI 3.1, with the present services and features.</summary>
internal static class OpenApi
{
    private const string Document = """
        {
          "openapi": "3.1.0",
          "info": {"title": "Dataflow features", "version": "1"},
          "paths": {
            "/get-online-features": {"post": {
              "summary": "Features of entities, in the form of Feast's feature server",
              "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}}},
              "responses": {
                "200": {"description": "The values", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Response"}}}},
                "401": {"$ref": "#/components/responses/Error"}, "404": {"$ref": "#/components/responses/Error"},
                "421": {"$ref": "#/components/responses/Error"},
                "422": {"$ref": "#/components/responses/Error"}, "502": {"$ref": "#/components/responses/Error"},
                "504": {"$ref": "#/components/responses/Error"}, "503": {"$ref": "#/components/responses/Error"}}}},
            "/health": {"get": {"summary": "Whether the job runs", "security": [], "responses": {"200": {"description": "It runs"}, "503": {"description": "It has ended"}}}}
          },
          "components": {
            "responses": {"Error": {"description": "What is wrong", "content": {"application/json": {"schema": {"type": "object", "properties": {"detail": {"type": "string"}}}}}}},
            "schemas": {
              "Request": {"type": "object", "required": ["entities"], "properties": {
                "feature_service": {"type": ["string", "null"]},
                "features": {"type": ["array", "null"], "description": "view:feature", "items": {"type": "string"}},
                "entities": {"type": "object", "description": "a column of values for each key", "additionalProperties": {"type": "array", "maxItems": 10000}},
                "full_feature_names": {"type": "boolean", "default": false, "description": "names as view__feature"},
                "details": {"type": "boolean", "default": false, "description": "also exact_statuses, and the cut of each row"}}},
              "Response": {"type": "object", "properties": {
                "metadata": {"type": "object", "properties": {
                  "feature_names": {"type": "array", "items": {"type": "string"}},
                  "cuts": {"type": "array", "description": "for each row, of each view", "items": {"type": "array", "items": {"type": "object", "properties": {
                    "at_ms": {"type": "integer"}, "watermark_ms": {"type": ["integer", "null"]}, "split": {"type": "string"}, "offset": {"type": "integer"}}}}}}},
                "results": {"type": "array", "description": "for each name, of each row", "items": {"type": "object", "properties": {
                  "values": {"type": "array"},
                  "statuses": {"type": "array", "items": {"enum": ["PRESENT", "NULL_VALUE", "NOT_FOUND", "OUTSIDE_MAX_AGE"]}},
                  "event_timestamps": {"type": "array", "items": {"type": "string", "format": "date-time"}},
                  "exact_statuses": {"type": "array", "items": {"enum": ["MISSING", "PRESENT", "DEFAULT", "EXPIRED", "PARTIAL", "OVERFLOW"]}}}}}}}
            }
          }
        }
        """;

    public static byte[] Describe(IReadOnlyList<ServedFeatures> services, bool needsToken)
    {
        var document = JsonNode.Parse(Document)!;
        var request = document["components"]!["schemas"]!["Request"]!["properties"]!;
        request["feature_service"]!["enum"] = Texts([.. services.Select(static service => service.Name), null]);
        request["features"]!["items"]!["enum"] = Texts(
            services.SelectMany(static service => service.ByReference.Keys).Distinct().Order(StringComparer.Ordinal));
        request["entities"]!["examples"] = new JsonArray(
            [.. services.Select(static service => (JsonNode)new JsonObject(service.Entities.Select(
            static name => KeyValuePair.Create(name, (JsonNode?)new JsonArray()))))]);
        if (needsToken)
        {
            document["components"]!["securitySchemes"] = JsonNode.Parse("""{"token": {"type": "http", "scheme": "bearer"}}""");
            document["security"] = JsonNode.Parse("""[{"token": []}]""");
        }

        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    private static JsonArray Texts(IEnumerable<string?> texts) => new([.. texts.Select(static text => (JsonNode?)text)]);
}
