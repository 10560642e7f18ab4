namespace Dataflow.Serialization;

/// <summary>Tells a schema member by member, in words, each type's members once.</summary>
internal sealed class SchemaMembers
{
    private readonly IReadOnlyList<Shape> _shapes;
    private readonly HashSet<int> _told = [];
    private readonly List<(string Member, string Type)> _all = [];

    private SchemaMembers(ValueSchema schema) => _shapes = schema.Shapes;

    /// <summary>Returns the members with their types, those of members too.</summary>
    public static IReadOnlyList<(string Member, string Type)> Of(ValueSchema schema)
    {
        var members = new SchemaMembers(schema);
        members.Tell(0, MemberPath.Root);
        return members._all;
    }

    private void Tell(int at, MemberPath path)
    {
        if (!_told.Add(at)) return;
        var shape = _shapes[at];
        foreach (var part in shape.Parts)
        {
            var to = shape.Kind is Kinds.Union or Kinds.Polymorphic ? path.ToSubtype(part.Name) : path.To(part.Name);
            if (part.Name.Length > 0) _all.Add((to.Members, TextOf(part)));
            Tell(part.Shape, to);
        }
    }

    private string TextOf(ShapePart part)
    {
        var text = ShapeText.Of(_shapes, part.Shape) + (part.Place < 0 ? "" : $", number {part.Place}");
        return _shapes[part.Shape].Numbers is { } names
            ? $"{text}: {string.Join(", ", names.Select(static name => $"{name.Key} {name.Value}"))}" : text;
    }
}
