namespace Dataflow.Testing;

/// <summary>A clock that stands still until it is told to move.</summary>
public sealed class SimulatedClock : TimeProvider
{
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddYears(50);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now.UtcTicks;

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan by) => _now += by;
}
