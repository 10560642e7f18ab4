using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Dataflow;

/// <summary>A value on its way through a pipeline, with its time and where it came from.</summary>
/// <param name="Value">What the user's code sees.</param>
/// <param name="Timestamp">Event time in milliseconds since the Unix epoch; 0 where none was given.</param>
/// <param name="Origin">The record of the source that it was made from.</param>
public readonly record struct Record<T>(T Value, long Timestamp, RecordOrigin Origin)
{
    private readonly T _value = Value;
    private readonly long _timestamp = Timestamp;
    private readonly RecordOrigin _origin = Origin;

    /// <summary>What the user's code sees.</summary>
    public T Value { get => _value; init => _value = value; }

    /// <summary>Event time in milliseconds since the Unix epoch; 0 where none was given.</summary>
    public long Timestamp { get => _timestamp; init => _timestamp = value; }

    /// <summary><see cref="Timestamp"/> as a date, in UTC.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timestamp is no date that .NET knows, as one of a step of one's own may be.</exception>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(Timestamp);

    /// <summary>The record of the source that it was made from.</summary>
    public RecordOrigin Origin { get => _origin; init => _origin = value; }

    /// <summary>A reference to the value, which avoids copying large structs.</summary>
    /// <remarks>The compiler copies a value that is larger than a few words from temporary to temporary, and the processor waits in each
    /// for what was written into the one before.</remarks>
    [UnscopedRef]
    public ref readonly T ValueRef() => ref _value;

    /// <summary>Another value made from this record: same time, same origin.</summary>
    public Record<TOther> With<TOther>(TOther value) => new(value, Timestamp, Origin);

    // Of the text, Time is no part: it is there as Timestamp, and may be no date.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"Value = {Value}, Timestamp = {Timestamp}, Origin = {Origin}");
        return true;
    }

    /// <summary>Begins a record whose value is still to be written into its place.</summary>
    internal static ref T Begin(long timestamp, RecordOrigin origin, out Record<T> record)
    {
        Unsafe.SkipInit(out record);
        Unsafe.AsRef(in record._timestamp) = timestamp;
        Unsafe.AsRef(in record._origin) = origin;
        return ref Unsafe.AsRef(in record._value);
    }
}
