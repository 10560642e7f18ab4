using System.Text.Json.Serialization;

namespace Dataflow.Features.Registry;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = false)]
[JsonSerializable(typeof(ViewDefinition))]
[JsonSerializable(typeof(string))]
internal sealed partial class RegistryJson : JsonSerializerContext;
