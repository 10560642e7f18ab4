using System.Diagnostics;
using Dataflow.Extensibility;
using Dataflow.Log;

namespace Dataflow.Perf.EndToEnd;

/// <summary>How long records took from one worker to the other; one JSON line.</summary>
internal sealed record HopMeasurement(int Records, int EveryMs, double P50Ms, double P99Ms, double P999Ms, double MaxMs);

/// <summary>Measures one exchange of a job that is idle but for it: a record every few milliseconds finds both workers parked.</summary>
internal static class HopLatency
{
    private const int WarmUp = 500; // hops while the code is cold

    public static async Task<HopMeasurement> RunAsync(Settings settings)
    {
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        var latencies = new List<double>();
        var pipeline = new Pipeline("hop");
        pipeline.From(new TickSource(settings.Ticks, TimeSpan.FromMilliseconds(settings.EveryMs)))
            .KeyBy(tick => tick.Number)
            .Process(() => new Arrival(latencies))
            .To(Sink.Memory<int>());
        await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 2 });
        await job.Completion;

        var sorted = latencies.Skip(WarmUp).Order().ToArray();
        return new HopMeasurement(sorted.Length, settings.EveryMs, Quantile(0.5), Quantile(0.99), Quantile(0.999), sorted[^1]);

        double Quantile(double share) => Math.Round(sorted[(int)Math.Ceiling(sorted.Length * share) - 1], 4);
    }

    /// <summary>Takes the time of those that came from the other worker. All of these are on one thread.</summary>
    private sealed class Arrival(List<double> latencies) : KeyedProcess<int, Tick, int, int>
    {
        public override void OnRecord(in Record<Tick> record, ref int state, ProcessContext<int, int> context)
        {
            if (record.Value.Thread != Environment.CurrentManagedThreadId)
                latencies.Add(Stopwatch.GetElapsedTime(record.Value.SentAt).TotalMilliseconds);
        }
    }
}

/// <summary>A record that knows when and on which thread it was read.</summary>
internal readonly record struct Tick(int Number, long SentAt, int Thread);

/// <summary>Brings one record after each pause, on the first worker.</summary>
internal sealed class TickSource(int ticks, TimeSpan every) : Source<Tick>
{
    public override string Name => "ticks";

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new SplitDescription("ticks[0]", ticks)];

    public override SourceReader<Tick> Open(SourceSplit split, long position, SourceContext context)
        => new Reader(split, position, ticks, every);

    private sealed class Reader(SourceSplit split, long position, int ticks, TimeSpan every) : SourceReader<Tick>
    {
        private bool _isDue;

        public override long Position => position;

        public override bool IsFinished => position >= ticks;

        public override int Read(Span<Record<Tick>> records)
        {
            if (!_isDue || IsFinished) return 0;
            _isDue = false;
            var tick = new Tick((int)position, Stopwatch.GetTimestamp(), Environment.CurrentManagedThreadId);
            records[0] = new(tick, 0, new RecordOrigin(split.Id, position++));
            return 1;
        }

        public override async ValueTask WaitToReadAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(every, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _isDue = true;
        }
    }
}
