using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Dataflow.Texts;

namespace Dataflow;

/// <summary>A value in a pipeline, with its event time and its origin.</summary>
/// <param name="Value">The value that the user's code receives.</param>
/// <param name="Timestamp">Event time in milliseconds since the Unix epoch; 0 where none was given.</param>
/// <param name="Origin">The source record that it was made from.</param>
public readonly record struct Record<T>(T Value, long Timestamp, RecordOrigin Origin)
{
    private readonly T _value = Value;
    private readonly long _timestamp = Timestamp;
    private readonly RecordOrigin _origin = Origin;

    /// <summary>The value that the user's code receives.</summary>
    public T Value { get => _value; init => _value = value; }

    /// <summary>Event time in milliseconds since the Unix epoch; 0 where none was given.</summary>
    public long Timestamp { get => _timestamp; init => _timestamp = value; }

    /// <summary><see cref="Timestamp"/> as a date, in UTC.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timestamp is outside the range of <see cref="DateTimeOffset"/>; a user's own step
    /// may set such a one.</exception>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(Timestamp);

    /// <summary>The source record that it was made from.</summary>
    public RecordOrigin Origin { get => _origin; init => _origin = value; }

    /// <summary>Returns a reference to the value; avoids copying a large struct.</summary>
    /// <remarks>The compiler copies a value larger than a few words through temporaries, and the processor waits for each of
    /// them.</remarks>
    [UnscopedRef]
    public ref readonly T ValueRef() => ref _value;

    /// <summary>Returns the record with a value whose texts (<see cref="Utf8"/>) have bytes of their own: for a step or sink that holds
    /// records for longer than the call. <see cref="Utf8.KeepIn"/> says which texts it finds.</summary>
    public Record<T> Keep()
    {
        var kept = this;
        kept.KeepTexts();
        return kept;
    }

    internal void KeepTexts() => TextKeeper<T>.Keep(ref Unsafe.AsRef(in _value));

    internal void KeepTexts(BatchTexts batch) => TextKeeper<T>.Keep(ref Unsafe.AsRef(in _value), batch);

    /// <summary>Another value made from this record: same time, same origin.</summary>
    public Record<TOther> With<TOther>(TOther value) => new(value, Timestamp, Origin);

    // The text leaves out Time: it repeats Timestamp, and may be out of range.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"Value = {Value}, Timestamp = {Timestamp}, Origin = {Origin}");
        return true;
    }

    /// <summary>Creates a record whose value the caller writes in place: cheaper than a copy of a large struct.</summary>
    /// <param name="timestamp">Event time in milliseconds since the Unix epoch.</param>
    /// <param name="origin">The source record that it is made from.</param>
    /// <param name="record">The record.</param>
    /// <returns>A reference to its value, which holds anything until it is written.</returns>
    public static ref T Begin(long timestamp, RecordOrigin origin, out Record<T> record)
    {
        Unsafe.SkipInit(out record);
        Unsafe.AsRef(in record._timestamp) = timestamp;
        Unsafe.AsRef(in record._origin) = origin;
        return ref Unsafe.AsRef(in record._value);
    }
}
