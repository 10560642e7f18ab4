using System.Text;
using StackExchange.Redis;

namespace Dataflow.Redis;

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
    public static ReadOnlyMemory<byte> State => s_written;

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
