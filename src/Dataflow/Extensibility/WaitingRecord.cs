using System.Diagnostics.CodeAnalysis;

namespace Dataflow.Extensibility;

/// <summary>A record that waits for the watermark: see <see cref="WaitingRecords{TKey, T}"/>.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "Nobody compares them.")]
public struct WaitingRecord<TKey, T>
{
    private T _value;

    /// <summary>The record's key.</summary>
    public TKey Key { get; internal set; }

    /// <summary>The arrival number: greater for a later record.</summary>
    public long Number { get; internal set; }

    /// <summary>Event time in milliseconds since the Unix epoch.</summary>
    public long Time { get; internal set; }

    /// <summary>The source record that it was made from.</summary>
    public RecordOrigin Origin { get; internal set; }

    /// <summary>The record's value.</summary>
    public T Value { readonly get => _value; internal set => _value = value; }

    /// <summary>Returns a reference to the value; avoids copying a large struct.</summary>
    [UnscopedRef]
    public ref T ValueRef() => ref _value;

    /// <summary>Whether it was taken, though others of its slice still wait.</summary>
    internal bool IsTaken { get; set; }
}
