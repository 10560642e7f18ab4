namespace Dataflow.Extensibility;

/// <summary>A metric of one instance of a step. Only the task's thread changes it; any thread may read it.</summary>
/// <remarks>Counters start at 0 with each start of a job: they are not part of checkpoints.</remarks>
public sealed class Counter
{
    private long _value;

    internal Counter(CounterDefinition definition, string? tag)
    {
        Definition = definition;
        Tag = tag;
    }

    /// <summary>The counter's definition.</summary>
    public CounterDefinition Definition { get; }

    /// <summary>The value of the definition's tag.</summary>
    public string? Tag { get; }

    /// <summary>The current value.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>Adds to the value.</summary>
    public void Add(long count = 1) => Volatile.Write(ref _value, _value + count);

    internal void Set(long value) => Volatile.Write(ref _value, value);
}

/// <summary>A step's metric at one moment.</summary>
/// <param name="Definition">The metric's definition.</param>
/// <param name="Value">The value.</param>
/// <param name="Tag">The value of the definition's tag; null where it has none.</param>
public readonly record struct CounterValue(CounterDefinition Definition, long Value, string? Tag = null);
