using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Writes hashes by a script, so that each changes as a whole, and only by who has its key.</summary>
/// <remarks>Where other processes may take the work over, a hash of Redis holds the highest term that has written, by shard. Who writes
/// with a lower one was shut out and may not know it yet: it is refused. In a cluster there is such a hash for each slot that holds some of
/// the data, since a script sees keys of one slot only.</remarks>
internal sealed class RedisHashes
{
    /// <summary>The start of the error with which a write is refused.</summary>
    public const string Fenced = "FENCED";

    private const int Slots = 16384;

    // KEYS: the hash; the terms, where there are any. ARGV: shard, term; names and values, none where the hash is deleted.
    private const string Script = """
        if KEYS[2] then
          local last = redis.call('HGET', KEYS[2], ARGV[1])
          if last and tonumber(last) > tonumber(ARGV[2]) then
            return redis.error_reply('FENCED another process has taken the work over')
          end
          if last ~= ARGV[2] then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) end
        end
        if #ARGV == 2 then return redis.call('DEL', KEYS[1]) end
        redis.call('HSET', KEYS[1], unpack(ARGV, 3))
        if redis.call('HLEN', KEYS[1]) * 2 == #ARGV - 2 then return 0 end
        local written = {}
        for i = 3, #ARGV, 2 do written[ARGV[i]] = true end
        for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
          if not written[field] then redis.call('HDEL', KEYS[1], field) end
        end
        return 0
        """;

    private readonly IDatabase _database;
    private readonly SinkContext _context;
    private readonly string _terms;
    private readonly Lazy<string[]> _tags;

    public RedisHashes(IDatabase database, string store, SinkContext context)
    {
        (_database, _context) = (database, context);
        // Terms are of a log: another one counts anew.
        var log = context.Term > 0 ? context.Log.GetTopicIdentity($"{context.Pipeline}.checkpoints") : null;
        _terms = $"@dataflow:{context.Pipeline}:{store}:terms{(log is null ? "" : $":{log}")}";
        _tags = new(FindTags);
    }

    /// <summary>Sends a write, without waiting for it; those of a hash are applied in their order.</summary>
    /// <param name="key">The hash.</param>
    /// <param name="entries">All its fields; null: it is deleted.</param>
    public Task WriteAsync(HashKey key, HashEntry[]? entries)
    {
        var values = new List<RedisValue>(2 + (2 * entries?.Length ?? 0)) { key.Shard.Number, _context.Term };
        foreach (var entry in entries ?? [])
        {
            values.Add(entry.Name);
            values.Add(entry.Value);
        }

        // With its text each time: a server that has forgotten the script could otherwise take writes of a hash in another order.
        RedisKey[] keys = _context.Term == 0 ? [key.Name] : [key.Name, TermsBeside(key.Name)];
        return SendAsync(keys, [.. values]);
    }

    private async Task SendAsync(RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            await _database.ScriptEvaluateAsync(Script, keys, values, CommandFlags.NoScriptCache).ConfigureAwait(false);
        }
        catch (RedisServerException error) when (error.Message.StartsWith(Fenced, StringComparison.Ordinal))
        {
            _context.ShutOut();
            throw;
        }
    }

    private RedisKey TermsBeside(RedisKey hash)
        => _database.Multiplexer.HashSlot(hash) is >= 0 and var slot ? _tags.Value[slot] + _terms : _terms;

    /// <summary>Finds for each slot of a cluster a tag that brings a key there.</summary>
    private string[] FindTags()
    {
        var tags = new string[Slots];
        for (int number = 0, found = 0; found < Slots; number++)
        {
            var tag = $"{{{number}}}";
            ref var of = ref tags[_database.Multiplexer.HashSlot(tag)];
            if (of is not null) continue;
            of = tag;
            found++;
        }

        return tags;
    }
}
