using System.Text;
using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>A key in Redis that marks the data as present: it is missing if Redis came back empty.</summary>
/// <param name="store">The name of the data.</param>
/// <param name="pipeline">The pipeline that writes the data.</param>
/// <param name="state">The state of the last checkpoint; empty: nothing was written before.</param>
/// <param name="whenEmptied">Called when the key is missing.</param>
internal sealed class RedisMark(string store, string pipeline, ReadOnlyMemory<byte> state, Action whenEmptied)
{
    private static readonly byte[] s_written = Encoding.UTF8.GetBytes("written");

    private readonly RedisKey _key = $"@dataflow:{pipeline}:{store}";
    private bool _isSet = !state.IsEmpty;

    /// <summary>The state that a checkpoint keeps.</summary>
    public static ReadOnlyMemory<byte> State => s_written;

    /// <summary>Checks for the key if a checkpoint says that it was there. A writer without such a checkpoint does not set it: another may
    /// still have to check.</summary>
    public void CheckAtStart(IDatabase database)
    {
        if (_isSet) Check(database);
    }

    /// <summary>Checks for the key and sets it.</summary>
    public void Check(IDatabase database)
    {
        if (database.StringSet(_key, "written", when: When.NotExists) && _isSet) whenEmptied();
        _isSet = true;
    }
}
