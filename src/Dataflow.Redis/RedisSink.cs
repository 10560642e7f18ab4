using System.Text;
using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Writes hashes, each as a whole: the same written twice is as good as once.</summary>
/// <param name="name">Shown in the plan.</param>
/// <param name="configuration">Of the connection.</param>
/// <param name="key">The hash's key.</param>
/// <param name="fields">Its fields, always the same ones; null: it is deleted.</param>
/// <param name="whenEmptied">Called when Redis has lost what was written.</param>
internal sealed class RedisSink<T>(string name, ConfigurationOptions configuration, Func<T, string> key, Func<T, HashEntry[]?> fields, Action whenEmptied) : Sink<T>
{
    public override string Name => name;

    public override string Guarantee => "Redis, at least once, the last of each key counts";

    public override bool IsParallel => true;

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        try
        {
            return new RedisWriter<T>(name, ConnectionMultiplexer.Connect(configuration), key, fields, new RedisMark(name, context.Pipeline, state, whenEmptied));
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
    private const int MostOutstanding = 1024;

    private readonly string _name;
    private readonly ConnectionMultiplexer _connection;
    private readonly Func<T, string> _key;
    private readonly Func<T, HashEntry[]?> _fields;
    private readonly RedisMark _mark;
    private readonly IDatabase _database;
    private readonly List<Task> _outstanding = new(MostOutstanding);

    public RedisWriter(string name, ConnectionMultiplexer connection, Func<T, string> key, Func<T, HashEntry[]?> fields, RedisMark mark)
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

        if (_outstanding.Count == MostOutstanding) Wait();
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

        return _mark.State;
    }

    protected override void Dispose(bool disposing)
    {
        _connection.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Sets the fields; where the hash then has others, of an earlier definition, these go.</summary>
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

/// <summary>A key in Redis that says that it holds what was written: it is gone if Redis came back empty.</summary>
/// <param name="store">The name of what is written.</param>
/// <param name="pipeline">That writes it.</param>
/// <param name="state">Of the last checkpoint; empty: nothing was written before.</param>
/// <param name="whenEmptied">Called when it is gone.</param>
internal sealed class RedisMark(string store, string pipeline, ReadOnlyMemory<byte> state, Action whenEmptied)
{
    private static readonly byte[] s_written = Encoding.UTF8.GetBytes("written");

    private readonly RedisKey _key = $"@dataflow:{pipeline}:{store}";
    private bool _isSet = !state.IsEmpty;

    /// <summary>What a checkpoint keeps.</summary>
    public ReadOnlyMemory<byte> State => s_written;

    /// <summary>Looks for the key if a checkpoint says that it was there. A writer without one does not set it: another may still have to look.</summary>
    public void CheckAtStart(IDatabase database)
    {
        if (_isSet) Check(database);
    }

    /// <summary>Looks for the key and sets it.</summary>
    public void Check(IDatabase database)
    {
        if (database.StringSet(_key, "written", when: When.NotExists) && _isSet) whenEmptied();
        _isSet = true;
    }
}
