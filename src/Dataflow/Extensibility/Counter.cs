namespace Dataflow.Extensibility;

/// <summary>A number that one instance of a step counts. Changed by the task's thread alone, read from any.</summary>
/// <remarks>Counts begin at 0 whenever a job starts: they are in no checkpoint.</remarks>
public sealed class Counter
{
    private long _value;

    internal Counter(CounterDefinition definition, string? tag)
    {
        Definition = definition;
        Tag = tag;
    }

    /// <summary>The meaning of the number.</summary>
    public CounterDefinition Definition { get; }

    /// <summary>The value of the definition's tag.</summary>
    public string? Tag { get; }

    /// <summary>The number now.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>Adds to the number.</summary>
    public void Add(long count = 1) => Volatile.Write(ref _value, _value + count);

    internal void Set(long value) => Volatile.Write(ref _value, value);
}

/// <summary>A number of a step as it is at the moment.</summary>
/// <param name="Definition">Its meaning.</param>
/// <param name="Value">The number.</param>
/// <param name="Tag">The value of the definition's tag; null where it has none.</param>
public readonly record struct CounterValue(CounterDefinition Definition, long Value, string? Tag = null);
