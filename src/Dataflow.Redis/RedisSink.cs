using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Writes hashes, each as a whole, so that a repeated write changes nothing.</summary>
/// <param name="name">The name, shown in the plan.</param>
/// <param name="configuration">The configuration of the connection.</param>
/// <param name="key">Selects the hash's key.</param>
/// <param name="fields">Selects the hash's fields, always the same ones; null: the hash is deleted.</param>
/// <param name="whenEmptied">Called when Redis has lost the data.</param>
internal sealed class RedisSink<T>(
    string name, ConfigurationOptions configuration, Func<T, RedisKey> key, Func<T, HashEntry[]?> fields, Action whenEmptied) : Sink<T>
{
    public override string Name => name;

    public override string Guarantee => "Redis, at least once, the last of each key counts";

    public override bool IsParallel => true;

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        try
        {
            var mark = new RedisMark(name, context.Pipeline, state, whenEmptied);
            return new RedisWriter<T>(name, ConnectionMultiplexer.Connect(configuration), key, fields, mark);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            throw RedisErrors.Of(name, error);
        }
    }
}

/// <summary>Sends each write at once and waits for the answers together: at a checkpoint, or when many are outstanding.</summary>
internal sealed class RedisWriter<T> : SinkWriter<T>
{
    private const int MaxOutstanding = 1024;

    private readonly string _name;
    private readonly ConnectionMultiplexer _connection;
    private readonly Func<T, RedisKey> _key;
    private readonly Func<T, HashEntry[]?> _fields;
    private readonly RedisMark _mark;
    private readonly IDatabase _database;
    private readonly List<Task> _outstanding = new(MaxOutstanding);

    public RedisWriter(string name, ConnectionMultiplexer connection, Func<T, RedisKey> key, Func<T, HashEntry[]?> fields, RedisMark mark)
    {
        (_name, _connection, _key, _fields, _mark, _database) = (name, connection, key, fields, mark, connection.GetDatabase());
        try
        {
            mark.CheckAtStart(_database);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override void Write(in Record<T> record)
    {
        var (hash, entries) = (_key(record.Value), _fields(record.Value));
        try
        {
            _outstanding.Add(entries is null ? _database.KeyDeleteAsync(hash) : WriteAsync(hash, entries));
        }
        catch (RedisException error)
        {
            throw RedisErrors.Of(_name, error);
        }

        if (_outstanding.Count == MaxOutstanding) Wait();
    }

    public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
    {
        Wait();
        try
        {
            _mark.Check(_database);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            throw RedisErrors.Of(_name, error);
        }

        return RedisMark.State;
    }

    protected override void Dispose(bool disposing)
    {
        _connection.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Sets the fields; fields of an earlier definition that the hash then still has are deleted.</summary>
    private async Task WriteAsync(RedisKey hash, HashEntry[] entries)
    {
        var set = _database.HashSetAsync(hash, entries);
        var length = _database.HashLengthAsync(hash);
        await set.ConfigureAwait(false);
        if (await length.ConfigureAwait(false) == entries.Length) return;
        var names = entries.Select(static entry => entry.Name).ToHashSet();
        RedisValue[] others = [.. (await _database.HashKeysAsync(hash).ConfigureAwait(false)).Where(field => !names.Contains(field))];
        if (others.Length > 0) await _database.HashDeleteAsync(hash, others).ConfigureAwait(false);
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
            throw RedisErrors.Of(_name, error);
        }
    }
}
