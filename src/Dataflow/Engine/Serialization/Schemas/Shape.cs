using System.Text.Json.Serialization;

namespace Dataflow.Serialization;

/// <summary>The form of the values of one type in their bytes.</summary>
/// <param name="Kind">One of <see cref="Kinds"/>, else the name of a plain type of .NET.</param>
/// <param name="Parts">What the values hold, as places among the shapes of the schema.</param>
internal sealed record Shape(string Kind, IReadOnlyList<ShapePart> Parts)
{
    /// <summary>The name of the type, for words; of a serde that was given, its signature.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>The numbers of an enum, by name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Numbers { get; init; }

    [JsonIgnore]
    public bool IsRecord => Kind is Kinds.ByName or Kinds.ByPlace;
}

/// <summary>A part of a shape.</summary>
/// <param name="Name">The name of a member or subtype; empty for what a collection holds.</param>
/// <param name="Place">The place of a member, or the number of a subtype, where the type declares it; else -1.</param>
/// <param name="Shape">Its shape, as a place in the schema.</param>
internal readonly record struct ShapePart(string Name, int Place, int Shape);

/// <summary>The kinds of shapes that are no plain values.</summary>
internal static class Kinds
{
    /// <summary>A map of members by name.</summary>
    public const string ByName = "record";

    /// <summary>An array of members by place.</summary>
    public const string ByPlace = "places";

    public const string Nullable = "nullable";

    /// <summary>An array; its reader passes over the mark of <see cref="AnyList"/>.</summary>
    public const string List = "list";

    /// <summary>An array whose reader, of MessagePack's library, knows no marks.</summary>
    public const string Array = "array";

    /// <summary>An array, with a mark before it where it was a list.</summary>
    public const string AnyList = "list or array";

    /// <summary>An array, with a mark before it where it was a list or a set.</summary>
    public const string AnyCollection = "collection";

    public const string Set = "set";

    public const string AnySet = "set of any kind";

    public const string SortedSet = "sorted set";

    public const string Dictionary = "dictionary";

    public const string SortedDictionary = "sorted dictionary";

    public const string AnyDictionary = "dictionary of any kind";

    /// <summary>Subtypes by number.</summary>
    public const string Union = "union";

    /// <summary>Subtypes by name.</summary>
    public const string Polymorphic = "polymorphic";

    /// <summary>The form that a type has itself.</summary>
    public const string Own = "own";

    /// <summary>The form of a serde that was given for the type.</summary>
    public const string Given = "given";

    /// <summary>The value of a topic that is written without MessagePack around it.</summary>
    public const string Bare = "bare";
}
