using System.Diagnostics.CodeAnalysis;

namespace Dataflow.Extensibility;

/// <summary>A record that waits for the watermark: see <see cref="WaitingRecords{TKey, T}"/>.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "Nobody compares them.")]
public struct WaitingRecord<TKey, T>
{
    private T _value;

    /// <summary>The record's key.</summary>
    public TKey Key { get; internal set; }

    /// <summary>The greater, the later it came.</summary>
    public long Number { get; internal set; }

    /// <summary>Event time in milliseconds since the Unix epoch.</summary>
    public long Time { get; internal set; }

    /// <summary>The record of the source that it was made from.</summary>
    public RecordOrigin Origin { get; internal set; }

    /// <summary>The record's value.</summary>
    public T Value { readonly get => _value; internal set => _value = value; }

    /// <summary>A reference to the value, which avoids copying large structs.</summary>
    [UnscopedRef]
    public ref T ValueRef() => ref _value;

    /// <summary>Whether it waits no more, though others of its slice do.</summary>
    internal bool IsTaken { get; set; }
}
