using System.Buffers.Binary;
using Dataflow.Extensibility;

namespace Dataflow.Tests.Serialization;

/// <summary>Bytes that an earlier version has written are read as the values that they were.</summary>
public class GoldenBytesTests
{
    private const int Values = 40;

    /// <summary>The file holds <see cref="RandomValues"/> of the seeds 0 to 39, each behind its length: written at commit 746baa97, when
    /// values were still written by formatters.</summary>
    [Fact]
    public void Values_of_all_types_that_formatters_wrote_are_read()
    {
        var bytes = File.ReadAllBytes(Repository.PathOf("tests/Dataflow.Tests/Serialization/Golden/everything.bin")).AsMemory();
        for (var seed = 0; seed < Values; seed++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes.Span);
            var read = Serde<Everything>.Default.Read(bytes[4..(4 + length)]);
            Assert.Null(Alike.Difference(new RandomValues(seed).Next(), read, $"seed {seed}"));
            bytes = bytes[(4 + length)..];
        }

        Assert.Equal(0, bytes.Length);
    }
}
