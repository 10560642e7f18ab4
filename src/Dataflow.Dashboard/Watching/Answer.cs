using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Dashboard;

/// <summary>An answer of the API as it is sent, shared by all clients that ask within its second.</summary>
/// <param name="Body">The body.</param>
/// <param name="ETag">The tag of the body, by which a client that has it already gets no other.</param>
internal sealed record Answer(byte[] Body, string ETag)
{
    public static Answer Of<T>(T value, JsonTypeInfo<T> type) => Of(JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static Answer Of(byte[] body) => new(body, $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 12))}\"");
}
