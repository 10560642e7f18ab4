using System.Buffers;
using System.Buffers.Binary;
using Dataflow.Log;
using MessagePack;

namespace Dataflow.Perf.EndToEnd;

/// <summary>The same job without the engine, as somebody would write it for this one query: one thread that decodes five fields from the
/// bytes of the log, keeps the windows in arrays by user, and makes no objects. It has no checkpoints, so it is exact only if nothing
/// fails.</summary>
internal sealed class ByHand(PartitionedLog log, string clicks, string results, long keys)
{
    private const long MinuteMs = 60_000;
    private const long OutOfOrdernessMs = 2_000;

    private readonly SortedDictionary<long, UserTotal[]> _open = [];
    private UserTotal[] _window = []; // of the last event
    private long _windowStart = -1;

    public async Task RunAsync()
    {
        var topic = log.GetTopic(clicks);
        var readers = Enumerable.Range(0, topic.PartitionCount).Select(partition => log.OpenReader(clicks, partition, 0)).ToList();
        var newest = new long[readers.Count];
        await log.CreateTopicAsync(results, 1);
        await using var producer = log.CreateProducer(results);
        for (var isMore = true; isMore;)
        {
            isMore = false;
            for (var i = 0; i < readers.Count; i++) isMore |= AddBatch(readers[i], ref newest[i]);
            await CloseAsync(producer, isMore ? newest.Min() - OutOfOrdernessMs : long.MaxValue);
        }

        await producer.FlushAsync();
        readers.ForEach(static reader => reader.Dispose());
    }

    private bool AddBatch(PartitionReader reader, ref long newest)
    {
        if (!reader.TryRead(out var batch)) return false;
        foreach (var record in batch)
        {
            var fields = new FiveFields(record.Value.Span);
            if (fields.Kind == Kind.Search) continue;
            newest = Math.Max(newest, fields.Timestamp);
            WindowOf(fields.Timestamp)[fields.UserId].Add(fields.Amount, fields.LatencyMs);
        }

        return true;
    }

    private UserTotal[] WindowOf(long timestamp)
    {
        var start = timestamp - (timestamp % MinuteMs);
        if (start == _windowStart) return _window;
        if (!_open.TryGetValue(start, out var window)) _open[start] = window = new UserTotal[keys];
        (_windowStart, _window) = (start, window);
        return window;
    }

    private async Task CloseAsync(LogProducer producer, long watermark)
    {
        while (_open.Count > 0 && _open.First() is var (start, window) && start + MinuteMs <= watermark)
        {
            _open.Remove(start);
            _windowStart = -1;
            var bytes = new ArrayBufferWriter<byte>();
            for (var user = 0; user < window.Length; user++)
            {
                if (window[user].Count == 0) continue;
                bytes.ResetWrittenCount();
                Write(bytes, start, user, window[user]);
                await producer.AppendAsync(0, start + MinuteMs - 1, bytes.WrittenMemory);
            }
        }
    }

    private static void Write(ArrayBufferWriter<byte> bytes, long start, int user, UserTotal total)
    {
        var writer = new MessagePackWriter(bytes);
        writer.WriteArrayHeader(5);
        writer.Write(start);
        writer.Write(user);
        writer.Write(total.Count);
        writer.Write(total.Sum);
        writer.Write(total.Max);
        writer.Flush();
    }

    private struct UserTotal
    {
        public long Count;
        public double Sum;
        public int Max;

        public void Add(double amount, int latencyMs)
        {
            Count++;
            Sum += amount;
            Max = Count == 1 ? latencyMs : Math.Max(Max, latencyMs);
        }
    }

    /// <summary>The fields that the query uses: it checks no more than that they lie within the bytes.</summary>
    private readonly ref struct FiveFields
    {
        public FiveFields(ReadOnlySpan<byte> bytes)
        {
            var at = 1;
            UserId = Integer(bytes, ref at);
            Timestamp = Integer(bytes, ref at);
            at += 1 + (bytes[at] & 31); // the page, which is short
            Amount = BinaryPrimitives.ReadDoubleBigEndian(bytes[(at + 1)..]);
            at += 9;
            LatencyMs = (int)Integer(bytes, ref at);
            Kind = (Kind)bytes[at];
        }

        public long UserId { get; }

        public long Timestamp { get; }

        public double Amount { get; }

        public int LatencyMs { get; }

        public Kind Kind { get; }

        private static long Integer(ReadOnlySpan<byte> bytes, ref int at)
        {
            var code = bytes[at++];
            if (code < 0x80) return code;
            var rest = bytes[at..];
            var length = 1 << (code & 3); // CC to CF
            at += length;
            return length switch
            {
                1 => rest[0],
                2 => BinaryPrimitives.ReadUInt16BigEndian(rest),
                4 => BinaryPrimitives.ReadUInt32BigEndian(rest),
                _ => (long)BinaryPrimitives.ReadUInt64BigEndian(rest),
            };
        }
    }
}
