using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow.Serialization;

/// <summary>The form of a type's values in their bytes, with all that they hold: what a reader of another version must know.</summary>
/// <param name="Shapes">The shapes, that of the type first. Types that hold themselves refer to shapes before.</param>
internal sealed record ValueSchema(IReadOnlyList<Shape> Shapes)
{
    /// <summary>Whether values have members or subtypes, which may change while the type's name stays.</summary>
    [JsonIgnore]
    public bool HasMembers => Shapes.Any(static shape => shape.IsRecord || shape.Kind is Kinds.Union or Kinds.Polymorphic);

    public static ValueSchema Of(Type type, ValueResolver resolver)
    {
        var shapes = new ShapeReading(resolver);
        shapes.Add(type);
        return new(shapes.All);
    }

    /// <summary>The schema of a base type whose values are written by the names of their types.</summary>
    public static ValueSchema Of(Type type, IReadOnlyList<Type> subtypes, ValueResolver resolver)
    {
        var shapes = new ShapeReading(resolver);
        shapes.AddSubtypes(type, subtypes);
        return new(shapes.All);
    }

    /// <summary>The schema of values that are written without MessagePack around them.</summary>
    public static ValueSchema Bare(Type type)
        => new([new(Kinds.Bare, [new("", -1, 1)]), .. Of(type, ValueResolver.Default).Shapes]);

    /// <summary>Says in words why values of this schema cannot be read as others; nothing: they can.</summary>
    /// <param name="other">The schema of the others.</param>
    /// <param name="areKeys">Whether they are keys: equal ones must have equal bytes too.</param>
    public IReadOnlyList<string> DifferencesIfReadAs(ValueSchema other, bool areKeys = false)
    {
        var join = new SchemaJoin(this, other, isRead: true, areKeys);
        join.Run();
        return join.Differences;
    }

    /// <summary>Joins this schema with one under which values are written too: what reads the result, reads both.</summary>
    /// <param name="other">The other schema.</param>
    /// <param name="differences">Why there is none, in words.</param>
    /// <param name="areKeys">Whether the values are keys: equal ones must have equal bytes.</param>
    public ValueSchema With(ValueSchema other, out IReadOnlyList<string> differences, bool areKeys = false)
    {
        var join = new SchemaJoin(this, other, isRead: false, areKeys);
        var both = join.Run();
        differences = join.Differences;
        return both;
    }

    public bool IsSameAs(ValueSchema other) => ToJson() == other.ToJson();

    public override string ToString() => ToJson();

    public string ToJson() => JsonSerializer.Serialize(this, SchemaJson.Default.ValueSchema);
}

/// <summary>The JSON form of schemas, so that they can be read with any tool.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = false)]
[JsonSerializable(typeof(ValueSchema))]
[JsonSerializable(typeof(TopicSchema))]
internal sealed partial class SchemaJson : JsonSerializerContext;

/// <summary>A serde whose form is known.</summary>
internal interface IHasSchema
{
    ValueSchema Schema { get; }
}
