namespace Dataflow.Extensibility;

/// <summary>The running end of a side output: emits records to the stream that was taken from it.</summary>
/// <remarks>Event time and idleness follow those of the step's main output automatically.</remarks>
public sealed class SideOutput<T> : ISideOutput
{
    private Operator<T>? _next;

    internal SideOutput(bool isTaken) => IsTaken = isTaken;

    /// <summary>Whether a stream was taken from it; if not, emitted records are dropped.</summary>
    public bool IsTaken { get; }

    /// <summary>Emits a record to the next step, within this call.</summary>
    public void Emit(in Record<T> record) => _next?.Process(in record);

    internal void ConnectTo(Operator<T> next) => _next = next;

    void ISideOutput.Advance(long watermark) => _next?.Advance(watermark);

    void ISideOutput.Idle(Idleness idleness) => _next?.Idle(idleness);
}

/// <summary>A side output of any type.</summary>
internal interface ISideOutput
{
    void Advance(long watermark);

    void Idle(Idleness idleness);
}
