using CsCheck;
using Dataflow.State;

namespace Dataflow.Tests.State;

public class PagedBytesTests
{
    private static readonly Gen<int> Lengths = Gen.Frequency(
        (50, Gen.Int[1, 300]), (5, Gen.Int[3000, 9000]), (1, Gen.Int[1 << 20, 3 << 20]));

    [Fact]
    public void Pieces_of_any_length_lie_one_after_the_other_until_all_are_cleared()
        => Lengths.Array[0, 200].Sample(
            lengths =>
            {
                var pages = new PagedBytes();
                for (var round = 0; round < 2; round++)
                {
                    var places = lengths.Select((length, i) => Added(pages, length, (byte)(i + round))).ToList();
                    var place = 0L;
                    for (var i = 0; i < lengths.Length; i++)
                    {
                        Assert.Equal(places[i], place);
                        Assert.Equal(-1, pages.From(place).AsSpan(0, lengths[i]).IndexOfAnyExcept((byte)(i + round)));
                        place = pages.After(place, lengths[i]);
                    }

                    Assert.Equal(pages.End, place);
                    pages.Clear();
                    Assert.Equal(0, pages.End);
                }
            },
            iter: 50);

    [Fact]
    public void Who_stands_at_the_end_finds_what_is_added_later()
        => Lengths.Array[1, 100].Sample(
            lengths =>
            {
                var pages = new PagedBytes();
                foreach (var length in lengths)
                {
                    var end = pages.End;
                    var place = Added(pages, length, 1);
                    Assert.Equal(place, pages.After(end, 0));
                    Assert.True(end <= place && place <= pages.End);
                }
            },
            iter: 50);

    [Fact]
    public void Whole_pages_go_from_one_to_the_other_where_they_share_them()
    {
        var spare = new Stack<byte[]>();
        var (first, second) = (new PagedBytes(spare), new PagedBytes(spare));
        for (var i = 0; i < 3000; i++) Added(first, 1000, 1);
        first.Clear();
        var pages = spare.Count;
        Assert.InRange(pages, 2, 3);
        for (var i = 0; i < 3000; i++) Added(second, 1000, 2);
        Assert.Empty(spare);
        second.Clear();
        Assert.Equal(pages, spare.Count);
    }

    private static long Added(PagedBytes pages, int length, byte content)
    {
        var place = pages.Add(length);
        pages.From(place).AsSpan(0, length).Fill(content);
        return place;
    }
}
