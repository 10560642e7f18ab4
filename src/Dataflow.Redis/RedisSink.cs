using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Writes hashes, each as a whole, so that a repeated write changes nothing.</summary>
/// <remarks>Its parts are the shares of processes: nothing has to be finished of one that has ended, but Redis may have lost it.</remarks>
/// <param name="name">The name, shown in the plan.</param>
/// <param name="configuration">The configuration of the connection.</param>
/// <param name="key">Selects the hash.</param>
/// <param name="fields">Selects the hash's fields, always the same ones; null: the hash is deleted.</param>
/// <param name="whenEmptied">Called when Redis has lost the data.</param>
internal sealed class RedisSink<T>(
    string name, ConfigurationOptions configuration, Func<T, HashKey> key, Func<T, HashEntry[]?> fields, Action whenEmptied)
    : Sink<T>, IWritesParts
{
    public override string Name => name;

    public override string Guarantee => "Redis, at least once, the last of each key counts";

    public override bool IsParallel => true;

    public override bool MayBeShared => true;

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        var connection = Connect();
        try
        {
            var mark = MarkOf(state, context);
            CheckAtStart(mark, connection);
            return new RedisWriter<T>(name, connection, key, fields, new(connection.GetDatabase(), name, context), mark);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void FinishPart(ReadOnlyMemory<byte> state, SinkContext context)
    {
        using var connection = Connect();
        CheckAtStart(MarkOf(state, context), connection);
    }

    private RedisMark MarkOf(ReadOnlyMemory<byte> state, SinkContext context) => new(name, context.Pipeline, state, whenEmptied);

    private void CheckAtStart(RedisMark mark, ConnectionMultiplexer connection)
        => RedisErrors.Named(name, () => mark.CheckAtStart(connection.GetDatabase()));

    private ConnectionMultiplexer Connect()
    {
        ConnectionMultiplexer connection = null!;
        RedisErrors.Named(name, () => connection = ConnectionMultiplexer.Connect(configuration));
        return connection;
    }
}

/// <summary>Sends each write at once and waits for the answers together: at a checkpoint, or when many are outstanding.</summary>
internal sealed class RedisWriter<T>(
    string name, ConnectionMultiplexer connection, Func<T, HashKey> key, Func<T, HashEntry[]?> fields, RedisHashes hashes, RedisMark mark)
    : SinkWriter<T>
{
    private const int MaxOutstanding = 1024;

    private readonly List<Task> _outstanding = new(MaxOutstanding);

    public override void Write(in Record<T> record)
    {
        var (hash, entries) = (key(record.Value), fields(record.Value));
        RedisErrors.Named(name, () => _outstanding.Add(hashes.WriteAsync(hash, entries)));
        if (_outstanding.Count == MaxOutstanding) Wait();
    }

    public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
    {
        Wait();
        RedisErrors.Named(name, () => mark.Check(connection.GetDatabase()));
        return mark.State;
    }

    protected override void Dispose(bool disposing)
    {
        connection.Dispose();
        base.Dispose(disposing);
    }

    private void Wait()
    {
        RedisErrors.Named(name, () => Task.WhenAll(_outstanding).GetAwaiter().GetResult());
        _outstanding.Clear();
    }
}
