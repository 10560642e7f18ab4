using System.Text;
using CsCheck;

namespace Dataflow.Perf.Nexmark.Tests;

public class RowSumTests
{
    [Fact]
    public void Joins_columns_and_sums_up_the_hashes_of_rows_whatever_their_order_and_length()
    {
        var row = Gen.Select(Gen.Long, Gen.String[Gen.Char['a', 'z'], 0, 300], Gen.Bool);
        row.Array[0, 300].Sample(rows =>
        {
            var sum = new RowSum(5, 7);
            foreach (var (number, text, isThere) in rows) sum.Add(number).Add(text).End(isThere ? 1 : -1);

            Assert.Equal(5 + rows.Sum(r => r.Item3 ? 1 : -1), sum.Count);
            Assert.Equal(
                rows.Aggregate(7UL, (all, r) => all + (HashOf($"{r.Item1}|{r.Item2}") * (r.Item3 ? 1 : ulong.MaxValue))), sum.Checksum);
        });
    }

    [Fact]
    public void Hashes_as_the_published_function_does()
    {
        Assert.Equal(0xaf63dc4c8601ec8c, Fnv.Hash("a"u8));
        Assert.Equal(0x85944171f73967e8, Fnv.Hash("foobar"u8));
    }

    private static ulong HashOf(string text) => Fnv.Hash(Encoding.ASCII.GetBytes(text));
}
