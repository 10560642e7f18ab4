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

    [Theory]
    [InlineData(3, 4)]
    [InlineData(3e38f, 3e38f)]
    [InlineData(-3e38f, 1)]
    [InlineData(1e-30f, 2e-30f)]
    [InlineData(float.Epsilon, 0)]
    public void A_vector_is_scaled_to_length_1_however_long_it_was(float first, float second)
    {
        float[] vector = [first, second];

        Vectors.Normalize(vector);

        Assert.Equal(1, Vectors.Dot(vector, vector), 5);
        Assert.Equal((double)first * vector[1], (double)second * vector[0], Math.Abs((double)first * 1e-6));
    }

    [Fact]
    public void A_vector_of_zeros_has_no_direction()
    {
        float[] vector = [0, 0];
        Vectors.Normalize(vector);
        Assert.Equal([0, 0], vector);
    }

    [Fact]
    public void Vectors_of_different_lengths_are_refused() =>
        Assert.Equal(
            "The vectors have 2 and 3 dimensions; only equal ones compare.",
            Assert.Throws<ArgumentException>(() => Vectors.Dot([1, 2], [1, 2, 3])).Message);

    private static (float[] Left, float[] Right) Unzip((float, float)[] pairs) =>
        ([.. pairs.Select(pair => pair.Item1)], [.. pairs.Select(pair => pair.Item2)]);
}
