using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

public class SelectTests
{
    [Fact]
    public void Replaces_each_value_and_keeps_the_order()
        => Gen.Int.Array.Sample(
            values => Harness.Run(values, s => s.Select(x => $"<{x}>")).SequenceEqual(values.Select(x => $"<{x}>")), iter: 50);

    [Fact]
    public void Keeps_the_keys_of_a_keyed_stream()
        => Assert.Equal(
            [new Keyed<int, string>(0, "4!"), new(1, "5!")],
            Harness.Run([4, 5], s => s.KeyBy(x => x % 2).Select(x => $"{x}!").Pairs));

    [Fact]
    public void Keeps_the_time_and_the_origin()
    {
        var times = Harness.Run(
            [10L, 25L],
            s => s.WithEventTime(x => x).Select(x => x + 100).KeyBy(_ => "all")
                .Window(Tumbling.Every(TimeSpan.FromMilliseconds(10))).Aggregate(a => a.Max(x => x), (_, w, max) => (w.StartMs, max)));

        Assert.Equal([(10, 110), (20, 125)], times);
    }
}
