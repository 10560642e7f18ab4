using Dataflow;

namespace Verbs;

/// <summary>Gives the serde of a type with several derived types.</summary>
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
