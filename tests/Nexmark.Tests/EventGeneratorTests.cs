namespace Dataflow.Perf.Nexmark.Tests;

public class EventGeneratorTests
{
    [Theory]
    [InlineData(1, 100_000, 0, 60, "c8a4a9c8f94dbb8b")]
    [InlineData(1, 100_000, 0, 1_000, "fa1f4bbd96948d21")]
    [InlineData(1, 100_000, 0, 100_000, "c2797bde6cec86a2")]
    [InlineData(2, 100_000, 0, 1_000, "d779ddd95b4a1ad3")]
    [InlineData(2, 100_000, 0, 100_000, "1598f20bfd3aaa26")]
    [InlineData(1, 100_000, 2000, 1_000, "90c83264e0bd15ab")]
    [InlineData(1, 100_000, 2000, 100_000, "19256bcc50d40b92")]
    [InlineData(2, 100_000, 2000, 1_000, "594f1ae741f92a8c")]
    [InlineData(2, 100_000, 2000, 100_000, "a2245c17a9ef3364")]
    [InlineData(1, 1000, 0, 100_000, "8d710773f5fb65cd")]
    [InlineData(1, 1, 2000, 100_000, "662ebbf74627362b")]
    public void Makes_the_events_that_all_implementations_make(long seed, long rate, long disorder, long events, string checksum)
        => Assert.Equal(checksum, ChecksumOf(new EventGenerator(seed, rate, disorder), events));

    [Fact]
    public void Makes_the_events_of_every_golden_set()
        => Assert.All(Goldens.Sets, set => Assert.Equal(set.EventsChecksum, ChecksumOf(set.Generator, set.Events)));

    [Fact]
    public void Draws_the_numbers_of_the_specification()
    {
        var draws = Draws.Start(Draws.Family(1), 0);
        Assert.Equal<ulong>([0x6ec85f1f8547bc0c, 0x6cf63afcc21a470a, 0x8a27b94cff7526aa], [draws.Next(), draws.Next(), draws.Next()]);
    }

    private static string ChecksumOf(EventGenerator generator, long events)
    {
        var hash = Fnv.Basis;
        var line = new RowSum();
        for (var n = 0L; n < events; n++)
        {
            if (n > 0) hash = Fnv.Hash("\n"u8, hash);
            hash = Fnv.Hash(line.Add(generator.Create(n)).Text, hash);
            line.End();
        }

        return $"{hash:x16}";
    }
}
