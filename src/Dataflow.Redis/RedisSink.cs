using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Writes hashes, each as a whole: the same written twice is as good as once.</summary>
/// <param name="name">Shown in the plan.</param>
/// <param name="configuration">Of the connection.</param>
/// <param name="key">The hash's key.</param>
/// <param name="fields">Its fields, always the same ones; null: it is deleted.</param>
internal sealed class RedisSink<T>(string name, string configuration, Func<T, string> key, Func<T, HashEntry[]?> fields) : Sink<T>
{
    public override string Name => name;

    public override string Guarantee => "Redis, at least once, the last of each key counts";

    public override bool IsParallel => true;

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        try
        {
            return new RedisWriter<T>(name, ConnectionMultiplexer.Connect(configuration), key, fields);
        }
        catch (RedisException error)
        {
            throw ConnectorException.StoreFailed(name, error);
        }
    }
}

/// <summary>Sends each write at once and waits for the answers together: at a checkpoint, or when many are outstanding.</summary>
internal sealed class RedisWriter<T>(string name, ConnectionMultiplexer connection, Func<T, string> key, Func<T, HashEntry[]?> fields) : SinkWriter<T>
{
    private const int MostOutstanding = 1024;

    private readonly IDatabase _database = connection.GetDatabase();
    private readonly List<Task> _outstanding = new(MostOutstanding);

    public override void Write(in Record<T> record)
    {
        var (hash, entries) = (key(record.Value), fields(record.Value));
        try
        {
            _outstanding.Add(entries is null ? _database.KeyDeleteAsync(hash) : _database.HashSetAsync(hash, entries));
        }
        catch (RedisException error)
        {
            throw ConnectorException.StoreFailed(name, error);
        }

        if (_outstanding.Count == MostOutstanding) Wait();
    }

    public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
    {
        Wait();
        return default;
    }

    protected override void Dispose(bool disposing)
    {
        connection.Dispose();
        base.Dispose(disposing);
    }

    private void Wait()
    {
        try
        {
            Task.WhenAll(_outstanding).GetAwaiter().GetResult();
            _outstanding.Clear();
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            throw ConnectorException.StoreFailed(name, error);
        }
    }
}
