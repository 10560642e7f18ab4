using CsCheck;

namespace Dataflow.Onnx.Tests;

public class VectorsTests
{
    private static readonly Gen<(float, float)[]> s_pairs =
        Gen.Select(Gen.Float[-1, 1], Gen.Float[-1, 1]).Array[0, 100];

    [Fact]
    public void Dot_agrees_with_the_plain_sum_at_any_length() =>
        s_pairs.Sample(pairs =>
        {
            var (left, right) = Unzip(pairs);
            Assert.Equal(pairs.Sum(pair => (double)pair.Item1 * pair.Item2), Vectors.Dot(left, right), 1e-4);
        });

    [Fact]
    public void Add_agrees_with_the_plain_sum_at_any_length() =>
        s_pairs.Sample(pairs =>
        {
            var (sum, addend) = Unzip(pairs);

            Vectors.Add(sum, addend);

            Assert.Equal(pairs.Select(pair => pair.Item1 + pair.Item2), sum);
        });

    [Fact]
    public void Vectors_of_different_lengths_are_refused() =>
        Assert.Equal(
            "The vectors have 2 and 3 dimensions; only equal ones compare.",
            Assert.Throws<ArgumentException>(() => Vectors.Dot([1, 2], [1, 2, 3])).Message);

    private static (float[] Left, float[] Right) Unzip((float, float)[] pairs) =>
        ([.. pairs.Select(pair => pair.Item1)], [.. pairs.Select(pair => pair.Item2)]);
}
