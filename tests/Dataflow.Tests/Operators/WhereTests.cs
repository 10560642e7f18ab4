using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

public class WhereTests
{
    [Fact]
    public void Keeps_only_the_records_that_satisfy_the_predicate()
        => Assert.Equal([2, 4], Harness.Run([1, 2, 3, 4], s => s.Where(x => x % 2 == 0)));

    [Fact]
    public void Agrees_with_LINQ_on_any_input()
        => Gen.Int.Array.Sample(
            values => Harness.Run(values, s => s.Where(x => x > 0)).SequenceEqual(values.Where(x => x > 0)), iter: 50);
}
