using System.Buffers;
using System.Globalization;
using Dataflow.Serialization;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>A serde that the pipeline was given goes before a codec made at compile time, and is used inside it.</summary>
public class GivenSerdeCodecTests
{
    public static TheoryData<object> Given { get; } =
        [new AsText<string?>(), new AsText<long>(), new AsText<int?>(), new AsText<Color>(), new AsText<Renamed>(), new AsText<Scalars>(),
            new AsText<List<Point2>>(), new AsText<Tree>()];

    [Theory]
    [MemberData(nameof(Given))]
    public void Bytes_are_those_of_reflection_with_the_same_serde(object serde)
    {
        var (made, reflected) = (ResolverOf(serde, takesMade: true), ResolverOf(serde, takesMade: false));

        Same<Scalars>();
        Same<Derived>();
        Same<Envelope<int?>>();
        Same<Tree>();

        void Same<T>()
        {
            for (var seed = 0; seed < 20; seed++)
            {
                var value = RandomFields.Next<T>(seed);
                var bytes = Codecs<T>.Write(ValueSerde<T>.Create(reflected), value);
                Assert.Equal(bytes, Codecs<T>.Write(ValueSerde<T>.Create(made), value));
            }
        }
    }

    [Fact]
    public void A_type_is_written_by_its_own_serde_in_a_pipeline_that_was_given_one()
    {
        var serdes = new Dataflow.Serialization.Serdes();
        var own = new AsText<Renamed>();
        serdes.Add(own);

        using var _ = serdes.Enter();
        Assert.Same(own, Serde<Renamed>.Current);
    }

    private static ValueResolver ResolverOf(object serde, bool takesMade) => (ValueResolver)typeof(GivenSerdeCodecTests)
        .GetMethod(nameof(Resolver), System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!
        .MakeGenericMethod(serde.GetType().GetGenericArguments()).Invoke(null, [serde, takesMade])!;

    private static ValueResolver Resolver<T>(Serde<T> serde, bool takesMade)
        => new(new Dictionary<Type, IGivenSerde> { [typeof(T)] = new GivenSerde<T>(serde) }, takesMade);

    /// <summary>Writes any value as the text that it prints, which is not read.</summary>
    private sealed class AsText<T> : Serde<T>
    {
        public override void Write(T value, IBufferWriter<byte> bytes)
            => bytes.Write(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"given {value}")));

        public override T Read(ReadOnlyMemory<byte> bytes) => throw new NotSupportedException();
    }
}
