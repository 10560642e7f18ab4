using System.Buffers;
using BenchmarkDotNet.Attributes;
using Dataflow.Perf.EndToEnd;
using MessagePack;

namespace Dataflow.Perf.Micro;

/// <summary>Events of about 100 bytes of MessagePack to objects of eight fields, three of them strings.</summary>
[MemoryDiagnoser]
public class DecodeBenchmark
{
    private const int Events = 1_000;

    private readonly Serde<Click> _serde = Serde<Click>.Default;
    private readonly ReadOnlyMemory<byte>[] _events = new ReadOnlyMemory<byte>[Events];

    [GlobalSetup]
    public void Encode()
    {
        var clicks = new ClickGenerator(0, Events, keys: 100_000);
        for (var i = 0; i < Events; i++)
        {
            var bytes = new ArrayBufferWriter<byte>();
            _serde.Write(clicks.Next(), bytes);
            _events[i] = bytes.WrittenMemory;
        }
    }

    /// <summary>Field by field with the library's reader: no formatter in between.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public long ByHand()
    {
        var sum = 0L;
        foreach (var bytes in _events) sum += ReadByHand(bytes).Timestamp;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public long DefaultSerde()
    {
        var sum = 0L;
        foreach (var bytes in _events) sum += _serde.Read(bytes).Timestamp;
        return sum;
    }

    private static Click ReadByHand(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        reader.ReadArrayHeader();
        return new Click
        {
            UserId = reader.ReadInt64(),
            Timestamp = reader.ReadInt64(),
            Page = reader.ReadString()!,
            Amount = reader.ReadDouble(),
            LatencyMs = reader.ReadInt32(),
            Kind = (Kind)reader.ReadByte(),
            Session = reader.ReadString()!,
            Agent = reader.ReadString()!,
        };
    }
}
