using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Codecs;

/// <summary>A parameter of the constructor that rows are made by.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="TakesNull">Whether it may be null, by its type or its annotation.</param>
/// <param name="HasDefault">Whether it has a default.</param>
/// <param name="Default">The default.</param>
public sealed record RowParameter(string Name, Type Type, bool TakesNull, bool HasDefault, object? Default)
{
    internal JsonParameterInfoValues Json(int position) => new()
    {
        Name = Name,
        ParameterType = Type,
        Position = position,
        HasDefaultValue = HasDefault,
        DefaultValue = Default,
        IsNullable = TakesNull,
    };
}
