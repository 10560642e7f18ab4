namespace Dataflow;

/// <summary>A value on its way through a pipeline, with its time and where it came from.</summary>
/// <param name="Value">What the user's code sees.</param>
/// <param name="Timestamp">Event time in milliseconds since the Unix epoch; 0 where none was given.</param>
/// <param name="Origin">The record of the source that it was made from.</param>
public readonly record struct Record<T>(T Value, long Timestamp, RecordOrigin Origin)
{
    /// <summary>Another value made from this record: same time, same origin.</summary>
    public Record<TOther> With<TOther>(TOther value) => new(value, Timestamp, Origin);
}
