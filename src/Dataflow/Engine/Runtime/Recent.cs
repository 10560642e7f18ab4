namespace Dataflow.Runtime;

/// <summary>A value as it was some seconds ago, for rates over the last seconds. Taken by one thread, read by any.</summary>
internal sealed class Recent<T>
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private volatile Sample _newer;
    private volatile Sample _older;

    public Recent(TimeProvider time, T first)
    {
        _time = time;
        _newer = _older = new Sample(time.GetTimestamp(), first);
    }

    /// <summary>Whether it is time to take the value again.</summary>
    public bool IsDue => _time.GetElapsedTime(_newer.At) >= Every;

    /// <summary>The value of up to two periods ago, and its age.</summary>
    public (T Value, TimeSpan Age) Before
    {
        get
        {
            var older = _older;
            return (older.Value, _time.GetElapsedTime(older.At));
        }
    }

    public void Take(T value)
    {
        _older = _newer;
        _newer = new Sample(_time.GetTimestamp(), value);
    }

    private sealed record Sample(long At, T Value);
}
