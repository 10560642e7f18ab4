using System.Buffers;
using System.Buffers.Binary;
using Dataflow.State;

namespace Dataflow.Time;

internal readonly record struct TimerKey<TKey>(TKey Key, long Timestamp);

/// <summary>Timers by key and event time: kept in state, and in a heap by time that is rebuilt from it.</summary>
internal sealed class Timers<TKey>(KeyedState<TimerKey<TKey>, bool> state)
    where TKey : notnull
{
    private readonly PriorityQueue<TKey, (long Timestamp, long Order)> _queue = new();
    private long _order; // timers of one moment fire in the order of their setting
    private bool _isBuilt;

    public void Set(TKey key, long timestamp)
    {
        Build();
        state.Update(new(key, timestamp), out var exists) = true;
        if (!exists) Enqueue(key, timestamp);
    }

    public bool TryTakeDue(long watermark, out TKey key, out long timestamp)
    {
        Build();
        if (!_queue.TryPeek(out key!, out var next) || next.Timestamp > watermark)
        {
            timestamp = 0;
            return false;
        }

        _queue.Dequeue();
        timestamp = next.Timestamp;
        state.Remove(new(key, timestamp));
        return true;
    }

    /// <summary>Fills the heap at the first use, when the state is restored.</summary>
    private void Build()
    {
        if (_isBuilt) return;
        _isBuilt = true;
        state.ForEach(this, static (self, timer, ref _) => self.Enqueue(timer.Key, timer.Timestamp));
    }

    private void Enqueue(TKey key, long timestamp) => _queue.Enqueue(key, (timestamp, _order++));
}

/// <summary>Writes a timer as its time followed by its key; hashes it so that it lies in its key's shard.</summary>
internal sealed class TimerCodec<TKey>() : KeyCodec<TimerKey<TKey>>(null!)
    where TKey : notnull
{
    private const uint ShardBits = 0xFC000000;

    public override uint Hash(TimerKey<TKey> timer)
        => (KeyCodec<TKey>.Default.Hash(timer.Key) & ShardBits) | (Mix((ulong)timer.Timestamp) & ~ShardBits) | 1;

    public override void Write(TimerKey<TKey> timer, IBufferWriter<byte> bytes)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(sizeof(long)), timer.Timestamp);
        bytes.Advance(sizeof(long));
        KeyCodec<TKey>.Default.Write(timer.Key, bytes);
    }

    public override TimerKey<TKey> Read(ReadOnlyMemory<byte> bytes)
        => new(KeyCodec<TKey>.Default.Read(bytes[sizeof(long)..]), BinaryPrimitives.ReadInt64BigEndian(bytes.Span));
}
