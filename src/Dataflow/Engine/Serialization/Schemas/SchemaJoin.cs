using System.Collections.Immutable;

namespace Dataflow.Serialization;

/// <summary>Goes through two schemas at once: the one under which values were written, and another.</summary>
/// <remarks>Members are paired by name, or by place where both declare places. Whether values are read is decided for each pair alone.
/// Where both are written, each pair may be the wider one on its own, since a reader of the result reads either.</remarks>
/// <param name="then">The schema of values that were written.</param>
/// <param name="now">The other schema.</param>
/// <param name="isRead">Whether values are to be read as the other one; otherwise they are written as that too.</param>
/// <param name="areKeys">Whether the values are keys: equal ones must have equal bytes.</param>
internal sealed class SchemaJoin(ValueSchema then, ValueSchema now, bool isRead, bool areKeys)
{
    private const int None = -1;

    private readonly List<Shape> _joined = [];
    private readonly Dictionary<(int Then, int Now), int> _places = [];
    private readonly List<string> _differences = [];

    /// <summary>The differences, in words.</summary>
    public IReadOnlyList<string> Differences => _differences;

    /// <summary>Returns the schema of both; of no use where there are differences.</summary>
    public ValueSchema Run()
    {
        Join(0, 0, MemberPath.Root);
        return new(_joined);
    }

    private int Join(int before, int after, MemberPath path)
    {
        if (_places.TryGetValue((before, after), out var known)) return known;
        var place = _places[(before, after)] = _joined.Count;
        _joined.Add(new("", []));
        _joined[place] = before == None ? Copy(now.Shapes[after], part => (None, part))
            : after == None ? Copy(then.Shapes[before], static part => (part, None))
            : Both(before, after, path);
        return place;
    }

    private Shape Copy(Shape of, Func<int, (int, int)> partOf)
        => of with { Parts = [.. of.Parts.Select(part => part with { Shape = JoinAlone(partOf(part.Shape)) })] };

    private int JoinAlone((int Then, int Now) of) => Join(of.Then, of.Now, MemberPath.Root);

    private Shape Both(int before, int after, MemberPath path)
    {
        var (a, b) = (then.Shapes[before], now.Shapes[after]);
        if (a.Kind == Kinds.Nullable || b.Kind == Kinds.Nullable) return OrNull(before, after, path);
        if (HeadOf(a, b) is not { } head)
        {
            Differ(path, ShapeText.Of(then.Shapes, before), ShapeText.Of(now.Shapes, after));
            return b;
        }

        head = head with { Name = a.Name, Numbers = NumbersOf(a, b, path) };
        return a.IsRecord ? head with { Parts = Members(a, b, path) }
            : a.Kind is Kinds.Union or Kinds.Polymorphic ? head with { Parts = Subtypes(a, b, path) }
            : a.Kind == Kinds.Bare ? head with { Parts = [new("", None, JoinExactly(a.Parts[0].Shape, b.Parts[0].Shape, path))] }
            : head with { Parts = [.. a.Parts.Zip(b.Parts, (x, y) => x with { Shape = Join(x.Shape, y.Shape, path.To("")) })] };
    }

    private Shape? HeadOf(Shape a, Shape b)
        => areKeys && !ShapeHeads.AreWrittenAlike(a, b) ? null
            : isRead ? (ShapeHeads.AreRead(a, b) ? b : null) : ShapeHeads.Join(a, b);

    // Null of a record is read as the default of a struct, which is another key; of other values it is an error.
    private Shape OrNull(int before, int after, MemberPath path)
    {
        var (ofThen, ofNow) = (ValueOf(then, before), ValueOf(now, after));
        if (isRead && ofThen != before && ofNow == after && (areKeys || !then.Shapes[ofThen].IsRecord))
            Differ(path, ShapeText.Of(then.Shapes, before), ShapeText.Of(now.Shapes, after));
        return new(Kinds.Nullable, [new("", None, Join(ofThen, ofNow, path))]);
    }

    private static int ValueOf(ValueSchema schema, int at)
        => schema.Shapes[at].Kind == Kinds.Nullable ? schema.Shapes[at].Parts[0].Shape : at;

    // The number of bytes is that of the type.
    private int JoinExactly(int before, int after, MemberPath path)
    {
        if (then.Shapes[before].Kind != now.Shapes[after].Kind)
            Differ(path, $"{ShapeText.Of(then.Shapes, before)} by itself", $"{ShapeText.Of(now.Shapes, after)} by itself");
        return Join(None, after, path);
    }

    private IReadOnlyDictionary<string, string>? NumbersOf(Shape a, Shape b, MemberPath path)
    {
        if (a.Numbers is null || b.Numbers is null) return a.Numbers ?? b.Numbers;
        foreach (var (name, number) in a.Numbers)
        {
            if (b.Numbers.TryGetValue(name, out var other) && other != number)
                Differ(path, $"{name} = {number}", $"{name} = {other}");
            else if (other is null && b.Numbers.FirstOrDefault(of => of.Value == number).Key is { } taken && !a.Numbers.ContainsKey(taken))
                Differ(path, $"{name} = {number}", $"{taken} = {number}");
        }

        return a.Numbers.Concat(b.Numbers.Where(of => !a.Numbers.ContainsKey(of.Key)))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private List<ShapePart> Members(Shape a, Shape b, MemberPath path)
    {
        var byPlace = a.Kind == Kinds.ByPlace && b.Kind == Kinds.ByPlace;
        if (areKeys) CheckOrder(a, b, path);
        var parts = new List<ShapePart>();
        foreach (var part in a.Parts)
        {
            var other = Find(b, of => byPlace ? of.Place == part.Place : of.Name == part.Name);
            if (byPlace) CheckName(part, other, b, path);
            parts.Add(new(
                part.Name, part.Place >= 0 ? part.Place : other?.Place ?? None,
                Join(part.Shape, other?.Shape ?? None, path.To(part.Name))));
        }

        parts.AddRange(Others(b, of => !a.Parts.Any(part => byPlace ? of.Place == part.Place : of.Name == part.Name)));
        return parts;
    }

    private void CheckOrder(Shape a, Shape b, MemberPath path)
    {
        if (!a.Parts.Select(static part => part.Name).SequenceEqual(b.Parts.Select(static part => part.Name)))
            Differ(path, ShapeText.WithMembers(a), ShapeText.WithMembers(b));
    }

    // A place that has another member now, and a member that has another place.
    private void CheckName(ShapePart part, ShapePart? other, Shape b, MemberPath path)
    {
        if (other is { } of && of.Name != part.Name) Differ(path, $"'{part.Name}' at {part.Place}", $"'{of.Name}' at {part.Place}");
        else if (other is null && Find(b, of => of.Name == part.Name) is { } moved)
            Differ(path, $"'{part.Name}' at {part.Place}", $"'{part.Name}' at {moved.Place}");
    }

    private List<ShapePart> Subtypes(Shape a, Shape b, MemberPath path)
    {
        var parts = new List<ShapePart>();
        foreach (var part in a.Parts)
        {
            var other = Find(b, of => a.Kind == Kinds.Union ? of.Place == part.Place : of.Name == part.Name);
            if (other is { } of && of.Name != part.Name) Differ(path, $"{part.Name}, number {part.Place}", $"{of.Name} under that number");
            else if (isRead && other is null) Differ(path, part.Name, "no such type");
            parts.Add(part with { Shape = Join(part.Shape, other?.Shape ?? None, path) });
        }

        parts.AddRange(Others(b, of => Find(a, part => a.Kind == Kinds.Union ? of.Place == part.Place : of.Name == part.Name) is null));
        return parts;
    }

    private IEnumerable<ShapePart> Others(Shape b, Func<ShapePart, bool> isNew)
        => b.Parts.Where(isNew).Select(part => part with { Shape = Join(None, part.Shape, MemberPath.Root) });

    private static ShapePart? Find(Shape shape, Func<ShapePart, bool> isIt)
    {
        foreach (var part in shape.Parts)
        {
            if (isIt(part)) return part;
        }

        return null;
    }

    private void Differ(MemberPath path, string before, string after)
    {
        var what = path.ToText(areKeys ? "the key" : "the value");
        var text = $"{what} was written as {before}, and is {(isRead ? "read" : "written")} as {after} here";
        if (!_differences.Contains(text)) _differences.Add(text);
    }
}
