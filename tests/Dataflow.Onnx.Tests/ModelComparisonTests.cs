using Dataflow.Onnx.Versions;

namespace Dataflow.Onnx.Tests;

/// <summary>What a trial says of two versions of a model.</summary>
public sealed class ModelComparisonTests
{
    private const int Texts = 600;

    private static readonly float[][] s_points = Points();

    [Fact]
    public void Versions_that_find_the_same_alike_share_all_neighbours_whatever_their_dimensions()
    {
        // The second turns the first's vectors, makes them longer, and adds a dimension of nothing.
        var found = Compare(Point, text => [0, -2 * Point(text)[1], 2 * Point(text)[0]]);

        Assert.Equal((Texts, 0), (found.Texts, found.Failed));
        Assert.Equal(1, found.SharedNeighbours, 0.01);
        Assert.Equal(1, found.Correlation, 0.001);
    }

    [Fact]
    public void Versions_that_know_nothing_of_each_other_share_neighbours_by_chance()
    {
        var found = Compare(Point, text => Point(text + Texts));

        Assert.InRange(found.SharedNeighbours, 0, 0.15); // 10 of about 250 are the same by chance, more of the first few
        Assert.InRange(found.Correlation, -0.1, 0.1);
    }

    [Fact]
    public void Texts_that_come_again_soon_count_once_and_nothing_is_said_of_too_few()
    {
        var trial = new Trial("v1", "v2");
        for (var i = 0; i < 50; i++) trial.Add((UInt128)(i % 5), Point(i % 5), Point(i % 5));
        trial.Failed(new TimeoutException("No answer."));

        var found = trial.ToComparison();

        Assert.Equal(("v1", "v2", 5, 1, "No answer."), (found.Answers, found.Tried, found.Texts, found.Failed, found.LastError));
        Assert.True(double.IsNaN(found.SharedNeighbours));
        Assert.Equal(1, found.Correlation, 0.001);
        Assert.True(double.IsNaN(new Trial("v1", "v2").ToComparison().Correlation));
    }

    private static ModelComparison Compare(Func<int, float[]> first, Func<int, float[]> second)
    {
        var trial = new Trial("v1", "v2");
        for (var text = 0; text < Texts; text++) trial.Add((UInt128)text, first(text), second(text));
        return trial.ToComparison();
    }

    private static float[][] Points()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 2 * Texts).Select(_ => new[] { random.NextSingle() - 0.5f, random.NextSingle() - 0.5f })];
    }

    private static float[] Point(int text) => s_points[text];
}
