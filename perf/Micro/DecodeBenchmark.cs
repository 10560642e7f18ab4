using System.Buffers;
using BenchmarkDotNet.Attributes;
using Dataflow.Extensibility;
using Dataflow.Perf.EndToEnd;
using MessagePack;

namespace Dataflow.Perf.Micro;

/// <summary>Events of about 100 bytes of MessagePack to objects of eight fields, three of them strings, and back.</summary>
[MemoryDiagnoser]
public class DecodeBenchmark
{
    private const int Events = 1_000;

    private readonly Serde<Click> _reflected = Serde<Click>.Default;
    private readonly Serde<GeneratedClick> _generated = Serde<GeneratedClick>.Default;
    private readonly Serde<StructClick> _structs = Serde<StructClick>.Default;
    private readonly Serde<UsedClick> _used = Serde<UsedClick>.Default;
    private readonly Click[] _clicks = new Click[Events];
    private readonly GeneratedClick[] _generatedClicks = new GeneratedClick[Events];
    private readonly ReadOnlyMemory<byte>[] _events = new ReadOnlyMemory<byte>[Events];
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private TextLease _lease = null!; // set by Encode

    [GlobalSetup]
    public void Encode()
    {
        var (clicks, generated) = (new ClickGenerator(0, Events, keys: 100_000), new ClickGenerator(0, Events, keys: 100_000));
        var (all, starts) = (new ArrayBufferWriter<byte>(), new List<int>());
        for (var i = 0; i < Events; i++)
        {
            starts.Add(all.WrittenCount);
            _reflected.Write(_clicks[i] = clicks.Next<Click>(), all);
            _generatedClicks[i] = generated.Next<GeneratedClick>();
        }

        var array = all.WrittenSpan.ToArray(); // as a batch of a topic lies in one
        _lease = TextLease.For<StructClick>(array)!;
        starts.Add(array.Length);
        for (var i = 0; i < Events; i++) _events[i] = array.AsMemory(starts[i]..starts[i + 1]);
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
    public long Reflected()
    {
        var sum = 0L;
        foreach (var bytes in _events) sum += _reflected.Read(bytes).Timestamp;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public long Generated()
    {
        var sum = 0L;
        foreach (var bytes in _events) sum += _generated.Read(bytes).Timestamp;
        return sum;
    }

    /// <summary>A struct whose texts are slices, as a topic is read.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public long Slices()
    {
        var sum = 0L;
        foreach (var bytes in _events)
        {
            _structs.ReadWithin(bytes, _lease, out var click);
            sum += click.Timestamp;
        }

        return sum;
    }

    /// <summary>A struct of five of the fields: the texts are skipped.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public long Projected()
    {
        var sum = 0L;
        foreach (var bytes in _events) sum += _used.Read(bytes).Timestamp;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public long WriteReflected()
    {
        _buffer.ResetWrittenCount();
        foreach (var click in _clicks) _reflected.Write(click, _buffer);
        return _buffer.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public long WriteGenerated()
    {
        _buffer.ResetWrittenCount();
        foreach (var click in _generatedClicks) _generated.Write(click, _buffer);
        return _buffer.WrittenCount;
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

/// <summary>The fields of a click that the query of clicks uses.</summary>
[DataflowRecord]
public readonly record struct UsedClick(
    [property: Key(0)] long UserId,
    [property: Key(1)] long Timestamp,
    [property: Key(3)] double Amount,
    [property: Key(4)] int LatencyMs,
    [property: Key(5)] Kind Kind);
