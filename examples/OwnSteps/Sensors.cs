using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

/// <summary>A measurement of a room's sensor.</summary>
internal sealed record Reading(string Room, DateTimeOffset Time, double Celsius);

/// <summary>A source of one's own: each room is a split, the minute of the day is its position.</summary>
/// <param name="place">Where in the rooms the sensors are.</param>
/// <param name="above">How much warmer it is there than on the floor.</param>
/// <param name="rooms">The rooms.</param>
internal sealed class Sensors(string place, double above, params string[] rooms) : Source<Reading>
{
    public override string Name => place;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
        => [.. rooms.Select(room => new SplitDescription($"{place} of {room}", End: 6 * 60))];

    public override SourceReader<Reading> Open(SourceSplit split, long position, SourceContext context)
        => new Reader(split, position, (rooms[split.Index], above * (1 + split.Index)), context.Time);

    /// <summary>Asks a sensor, which has nothing to say now and then.</summary>
    private sealed class Reader(SourceSplit split, long position, (string Room, double Above) sensor, TimeProvider clock)
        : SourceReader<Reading>
    {
        private static readonly DateTimeOffset Midnight = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(64);

        private TimeSpan _pause = TimeSpan.FromMilliseconds(1);
        private int _asked;

        public override long Position => position;

        public override bool IsFinished => position == split.End;

        public override int Read(Span<Record<Reading>> records)
        {
            if (++_asked % 4 != 0) return 0; // nothing yet
            var count = 0;
            for (; count < Math.Min(records.Length, 60) && !IsFinished; position++)
            {
                if (sensor.Room == "attic" && position is (> 120 and < 165) or > 310) continue; // its battery was empty
                var celsius = 18 + (4 * Math.Sin(position / 60.0)) + (sensor.Above * (1 - Math.Cos(position / 90.0)));
                var reading = new Reading(sensor.Room, Midnight.AddMinutes(position), celsius);
                records[count++] = new(reading, 0, new RecordOrigin(split.Id, position));
            }

            _pause = TimeSpan.FromMilliseconds(1);
            return count;
        }

        // Called where Read gave nothing: the longer there is nothing, the less often it is asked.
        public override async ValueTask WaitToReadAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(_pause, clock, cancellationToken);
            _pause = _pause * 2 < MaxPause ? _pause * 2 : MaxPause;
        }
    }
}
