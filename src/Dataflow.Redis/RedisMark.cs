using System.Text;
using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>A key in Redis that marks the data as present: it is missing, or another one, if Redis came back empty.</summary>
/// <param name="store">The name of the data.</param>
/// <param name="pipeline">The pipeline that writes the data.</param>
/// <param name="state">The mark of the last checkpoint; empty: nothing was written before.</param>
/// <param name="whenEmptied">Called when the data are lost.</param>
internal sealed class RedisMark(string store, string pipeline, ReadOnlyMemory<byte> state, Action whenEmptied)
{
    private readonly RedisKey _key = $"@dataflow:{pipeline}:{store}";
    private string _known = Encoding.UTF8.GetString(state.Span);

    /// <summary>The state that a checkpoint keeps.</summary>
    public ReadOnlyMemory<byte> State => Encoding.UTF8.GetBytes(_known);

    /// <summary>Checks the key if a checkpoint says that it was there. A writer without such a checkpoint does not set it: another may
    /// still have to check.</summary>
    public void CheckAtStart(IDatabase database)
    {
        if (_known.Length > 0) Check(database);
    }

    /// <summary>Checks the key, and sets it where it is missing: the other writers then find another one.</summary>
    public void Check(IDatabase database)
    {
        var found = $"{Guid.NewGuid():n}";
        if (!database.StringSet(_key, found, when: When.NotExists)) found = $"{database.StringGet(_key)}";
        var isLost = _known.Length > 0 && found != _known;
        _known = found;
        if (isLost) whenEmptied();
    }
}
