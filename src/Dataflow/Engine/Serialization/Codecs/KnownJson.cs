using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Dataflow.Serialization;
using Dataflow.Texts;

namespace Dataflow.Codecs;

/// <summary>Finds the JSON form of types that were made known at compile time, as reflection would find it.</summary>
/// <param name="isAlone">Whether reflection finds no others: then also that of numbers, texts, enums and collections.</param>
internal sealed class KnownJson(bool isAlone) : IJsonTypeInfoResolver
{
    private static readonly Dictionary<Type, Func<JsonSerializerOptions, JsonTypeInfo>> Plain = new()
    {
        [typeof(string)] = static options => Of(options, JsonMetadataServices.StringConverter),
        [typeof(bool)] = static options => Of(options, JsonMetadataServices.BooleanConverter),
        [typeof(char)] = static options => Of(options, JsonMetadataServices.CharConverter),
        [typeof(byte)] = static options => Of(options, JsonMetadataServices.ByteConverter),
        [typeof(sbyte)] = static options => Of(options, JsonMetadataServices.SByteConverter),
        [typeof(short)] = static options => Of(options, JsonMetadataServices.Int16Converter),
        [typeof(ushort)] = static options => Of(options, JsonMetadataServices.UInt16Converter),
        [typeof(int)] = static options => Of(options, JsonMetadataServices.Int32Converter),
        [typeof(uint)] = static options => Of(options, JsonMetadataServices.UInt32Converter),
        [typeof(long)] = static options => Of(options, JsonMetadataServices.Int64Converter),
        [typeof(ulong)] = static options => Of(options, JsonMetadataServices.UInt64Converter),
        [typeof(Int128)] = static options => Of(options, JsonMetadataServices.Int128Converter),
        [typeof(UInt128)] = static options => Of(options, JsonMetadataServices.UInt128Converter),
        [typeof(Half)] = static options => Of(options, JsonMetadataServices.HalfConverter),
        [typeof(float)] = static options => Of(options, JsonMetadataServices.SingleConverter),
        [typeof(double)] = static options => Of(options, JsonMetadataServices.DoubleConverter),
        [typeof(decimal)] = static options => Of(options, JsonMetadataServices.DecimalConverter),
        [typeof(DateTime)] = static options => Of(options, JsonMetadataServices.DateTimeConverter),
        [typeof(DateTimeOffset)] = static options => Of(options, JsonMetadataServices.DateTimeOffsetConverter),
        [typeof(DateOnly)] = static options => Of(options, JsonMetadataServices.DateOnlyConverter),
        [typeof(TimeOnly)] = static options => Of(options, JsonMetadataServices.TimeOnlyConverter),
        [typeof(TimeSpan)] = static options => Of(options, JsonMetadataServices.TimeSpanConverter),
        [typeof(Guid)] = static options => Of(options, JsonMetadataServices.GuidConverter),
        [typeof(Uri)] = static options => Of(options, JsonMetadataServices.UriConverter),
        [typeof(Version)] = static options => Of(options, JsonMetadataServices.VersionConverter),
        [typeof(byte[])] = static options => Of(options, JsonMetadataServices.ByteArrayConverter),
        [typeof(JsonElement)] = static options => Of(options, JsonMetadataServices.JsonElementConverter),
        [typeof(Utf8)] = static options => Of(options, new Utf8JsonConverter()),
    };

    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
        => GeneratedCodecs.RowsOf(type) is { HasJson: true } rows ? rows.Json(options)
            : !isAlone ? null
            : Plain.TryGetValue(type, out var plain) ? plain(options)
            : (GeneratedCodecs.FindPart(type)?.Invoke(ValueResolver.Default.Codecs) as IJsonPart)?.Json(options);

    private static JsonTypeInfo<T> Of<T>(JsonSerializerOptions options, JsonConverter<T?> converter)
        => JsonMetadataServices.CreateValueInfo<T>(options, options.Converters.OfType<JsonConverter<T>>().FirstOrDefault() ?? converter!);
}

/// <summary>The codec of a type of .NET that holds others, which knows the type's JSON form too.</summary>
internal interface IJsonPart
{
    JsonTypeInfo Json(JsonSerializerOptions options);
}
