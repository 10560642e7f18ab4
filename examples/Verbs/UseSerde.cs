using Dataflow;

namespace Verbs;

/// <summary>How values of a type with several kinds become bytes.</summary>
internal static class UseSerdeExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("use-serde").UseSerde(Serde.Polymorphic<Shape>(typeof(Circle), typeof(Square)));
        pipeline.From(Source.Of<Shape>([new Circle("a", 1), new Square("b", 2), new Circle("b", 3)]).OneByOne())
            .KeyBy(shape => shape.Name)
            .ToTable() // keeps shapes as bytes
            .PrintChanges();

        await pipeline.RunInMemoryAsync();
    }

    private abstract record Shape(string Name);

    private sealed record Circle(string Name, int Radius) : Shape(Name);

    private sealed record Square(string Name, int Side) : Shape(Name);
}
