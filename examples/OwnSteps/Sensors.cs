using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

internal sealed record Reading(string Sensor, DateTimeOffset Time, double Celsius);

/// <summary>A source of one's own: each sensor is a split, the number of the reading is its position.</summary>
internal sealed class Sensors(params string[] names) : Source<Reading>
{
    public override string Name => "sensors";

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
        => [.. names.Select(name => new SplitDescription(name))];

    public override SourceReader<Reading> Open(SourceSplit split, long position, SourceContext context)
        => new Reader(split, position);

    private sealed class Reader(SourceSplit split, long position) : SourceReader<Reading>
    {
        private const long Readings = 2_000;
        private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        private long _next = position;

        public override long Position => _next;

        public override bool IsFinished => _next == Readings;

        public override int Read(Span<Record<Reading>> records)
        {
            var count = (int)Math.Min(records.Length, Readings - _next);
            for (var i = 0; i < count; i++, _next++)
            {
                // Every third reading repeats the one before, as cheap sensors do.
                var celsius = 20 + (5 * Math.Sin((_next - (_next % 3)) / 100.0)) + split.Index;
                records[i] = new(new(split.Name, Start.AddSeconds(_next * 10), celsius), 0, new RecordOrigin(split.Id, _next));
            }

            return count;
        }
    }
}
