namespace Dataflow.Serialization;

/// <summary>Shapes in words, for errors.</summary>
internal static class ShapeText
{
    /// <summary>Returns the words for a record with the names of its members.</summary>
    public static string WithMembers(Shape record)
        => $"{record.Name} of {string.Join(", ", record.Parts.Select(static part => part.Name))}";

    /// <summary>Returns the words for a shape of a schema.</summary>
    public static string Of(IReadOnlyList<Shape> shapes, int at)
    {
        var shape = shapes[at];
        return shape.Kind switch
        {
            Kinds.ByName => $"{shape.Name}, by names",
            Kinds.ByPlace => $"{shape.Name}, by places",
            Kinds.Nullable => $"{Part(0)} or null",
            Kinds.Bare => $"{Part(0)} by itself",
            Kinds.List or Kinds.Array or Kinds.AnyList or Kinds.AnyCollection or Kinds.Set or Kinds.AnySet or Kinds.SortedSet
                => $"a {shape.Kind} of {Part(0)}",
            Kinds.Dictionary or Kinds.SortedDictionary or Kinds.AnyDictionary => $"a {shape.Kind} of {Part(1)} by {Part(0)}",
            Kinds.Union or Kinds.Polymorphic => $"one of the types of {shape.Name}",
            Kinds.Own => $"{shape.Name}, in a form of its own",
            Kinds.Given => $"what {shape.Name} writes",
            nameof(String) => "text",
            "Byte[]" => "bytes",
            nameof(Boolean) => "true or false",
            _ when shape.Numbers is not null => $"{shape.Name}, {Numbers.ToText(shape.Kind)}",
            _ => Numbers.ToText(shape.Kind) ?? (shape.Parts.Count > 0 ? $"an {shape.Kind} of {Part(0)}" : shape.Kind),
        };

        string Part(int part) => Of(shapes, shape.Parts[part].Shape);
    }
}
