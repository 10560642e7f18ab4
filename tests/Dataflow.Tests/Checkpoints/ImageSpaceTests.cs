using System.Text;
using CsCheck;
using Dataflow.Checkpoints;

namespace Dataflow.Tests.Checkpoints;

public class ImageSpaceTests
{
    [Fact]
    public void Agrees_with_a_dictionary()
        => Gen.Select(Gen.Bool, Gen.Int[0, 40], Gen.String[Gen.Char.AlphaNumeric, 0, 20]).Array[0, 300].Sample(
            operations =>
            {
                var (space, model) = (new ImageSpace(), new Dictionary<string, string>());
                foreach (var (removes, number, value) in operations)
                {
                    var key = new string('k', number % 3) + number;
                    if (removes) space.Remove(Encoding.UTF8.GetBytes(key));
                    else space.Put(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
                    if (removes) model.Remove(key);
                    else model[key] = value;
                }

                Assert.Equal(model, Entries(space).ToDictionary());
            },
            iter: 100);

    [Fact]
    public void Entries_that_are_never_removed_keep_the_order_of_their_first_coming()
    {
        var space = new ImageSpace();
        for (var round = 0; round < 3; round++)
        {
            for (var number = 0; number < 1000; number++) space.Put(BitConverter.GetBytes(number * 7919), new byte[number % (round + 2)]);
        }

        Assert.Equal(
            Enumerable.Range(0, 1000).Select(number => number * 7919), space.All().Select(entry => BitConverter.ToInt32(entry.Key.Span)));
        Assert.Equal(Enumerable.Range(0, 1000).Select(number => number % 4), space.All().Select(entry => entry.Value.Length));
    }

    private static IEnumerable<KeyValuePair<string, string>> Entries(ImageSpace space)
        => space.All()
            .Select(entry => KeyValuePair.Create(Encoding.UTF8.GetString(entry.Key.Span), Encoding.UTF8.GetString(entry.Value.Span)));
}
