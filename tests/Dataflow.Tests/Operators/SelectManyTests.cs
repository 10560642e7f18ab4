using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

public class SelectManyTests
{
    [Fact]
    public void Agrees_with_LINQ_on_any_input()
        => Gen.Int[-3, 5].Array.Sample(
            counts => Harness.Run(counts, s => s.SelectMany(Repeated)).SequenceEqual(counts.SelectMany(Repeated)), iter: 50);

    [Fact]
    public void Hands_each_value_on_before_it_asks_for_the_next()
    {
        var seen = new List<string>();

        Harness.Run([1], s => s.SelectMany(_ => Watched(seen)).Select(x => Seen(seen, x)));

        Assert.Equal(["makes 1", "takes 1", "makes 2", "takes 2"], seen);
    }

    private static IEnumerable<int> Repeated(int count) => Enumerable.Repeat(count, Math.Max(count, 0));

    private static IEnumerable<int> Watched(List<string> seen)
    {
        foreach (var value in new[] { 1, 2 })
        {
            seen.Add($"makes {value}");
            yield return value;
        }
    }

    private static int Seen(List<string> seen, int value)
    {
        seen.Add($"takes {value}");
        return value;
    }
}
