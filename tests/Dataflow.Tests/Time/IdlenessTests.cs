using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Time;

/// <summary>Partitions that fall quiet and come back, at one to four workers, held against a model that knows one clock and no
/// workers.</summary>
public class IdlenessTests
{
    private const int LatenessMs = 2_000;
    private const int WindowMs = 10_000;
    private const long IdleAfterMs = 36_000_000; // so long that what the clock goes on during a checkpoint does not count

    private static readonly int[] s_pausesMs = [0, 0, 2_500_000, 100_000_000];

    private static readonly TimeSpan s_lateness = TimeSpan.FromMilliseconds(LatenessMs);

    private static readonly Gen<Turn> s_turn =
        from fed in Gen.Select(Gen.Int[0, 4], Gen.Select(Gen.Int[0, 12_000], Gen.Int[0, LatenessMs], Gen.Int[0, 5]).Array[1, 8]).Array[0, 3]
        from pauseMs in Gen.Int[0, 3].Select(pause => s_pausesMs[pause])
        from restarts in Gen.Frequency((5, Gen.Const(false)), (1, Gen.Const(true)))
        select new Turn(fed, pauseMs, restarts);

    private static readonly Gen<(int Partitions, int Others, int Workers, Turn[] Turns)> s_runs =
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 2], Gen.Int[1, 4], s_turn.Array[1, 12]);

    [Fact]
    public void Windows_give_the_results_of_one_worker_as_soon_as_no_partition_that_counts_holds_them_or_all_are_quiet()
        => s_runs.Sample(
            run =>
            {
                var model = new Model(run.Partitions, run.Others);
                using var input = new Input(run.Partitions, run.Others, run.Workers);
                foreach (var turn in run.Turns)
                {
                    input.Take(turn);
                    model.Take(turn);
                    Assert.Equal(model.Results, input.Results);
                }
            },
            iter: 100);

    /// <summary>What comes, in which partition: by how much newer than the newest there, how disordered, of which key; and the pause after
    /// it.</summary>
    private sealed record Turn((int Partition, (int StepMs, int BackMs, int Key)[] Records)[] Fed, int PauseMs, bool Restarts)
    {
        public override string ToString()
            => $"[{string.Join("; ", Fed.Select(fed => $"{fed.Partition}: {string.Join(' ', fed.Records)}"))}], {PauseMs} "
                + $"ms{(Restarts ? ", restart" : "")}";
    }

    /// <summary>The times of the turns' records: none is late by its own partition's watermark.</summary>
    private sealed class Times(int count)
    {
        private readonly long[] _newest = new long[count];

        public int Count => count;

        public Reading[] Of(int partition, (int StepMs, int BackMs, int Key)[] records)
            => [.. records.Select(record => new Reading($"s{record.Key}", (_newest[partition] += record.StepMs) - record.BackMs, 0))];
    }

    /// <summary>A pipeline of one topic, or of two whose event time is taken before they are one stream.</summary>
    private sealed class Input : IDisposable
    {
        private readonly LogStore _log = SimulatedJob.OpenLog();
        private readonly SimulatedClock _clock = new();
        private readonly Times _times;
        private readonly int _partitions;
        private readonly int _others;
        private readonly int _workers;
        private SimulatedJob _job;

        public Input(int partitions, int others, int workers)
        {
            (_partitions, _others, _workers) = (partitions, others, workers);
            _times = new Times(partitions + others);
            _log.CreateTopicAsync("seen", partitions).AsTask().GetAwaiter().GetResult();
            if (others > 0) _log.CreateTopicAsync("others", others).AsTask().GetAwaiter().GetResult();
            _job = Start();
        }

        public string[] Results => [.. _log.Sorted<string>("counts")];

        public void Dispose()
        {
            _job.Close();
            _log.Dispose();
        }

        public void Take(Turn turn)
        {
            foreach (var (number, records) in turn.Fed)
            {
                var partition = number % _times.Count;
                if (partition < _partitions) _log.Append("seen", _times.Of(partition, records), partition);
                else _log.Append("others", _times.Of(partition, records), partition - _partitions);
            }

            _job.RunUntilIdle();
            _clock.Advance(TimeSpan.FromMilliseconds(turn.PauseMs));
            _job.RunUntilIdle();
            _job.Checkpoint();
            if (!turn.Restarts) return;
            _job.Close();
            _job = Start();
        }

        private SimulatedJob Start()
        {
            var pipeline = new Pipeline("quiet");
            var seen = Timed(pipeline, "seen");
            (_others > 0 ? seen.Union(Timed(pipeline, "others")) : seen)
                .KeyBy(x => x.Sensor)
                .Window(Tumbling.Every(TimeSpan.FromMilliseconds(WindowMs)))
                .Aggregate(a => a.Count(), (key, window, count) => $"{key} {window.StartMs} {window.FiringIndex} {count}")
                .To(Topic.Of<string>("counts", partitions: 1));
            var job = SimulatedJob.Start(pipeline, _log, _workers, clock: _clock);
            job.RunUntilIdle();
            return job;
        }

        private static Stream<Reading> Timed(Pipeline pipeline, string topic)
            => pipeline.From(Topic.Of<Reading>(topic))
                .WithEventTime(x => x.TimeMs, s_lateness, TimeSpan.FromMilliseconds(IdleAfterMs), name: $"time-{topic}");
    }

    private sealed class Model(int partitions, int others)
    {
        private readonly Times _times = new(partitions + others);
        private readonly long?[] _newest = new long?[partitions + others];
        private readonly long[] _activeAt = new long[partitions + others];
        private readonly SortedDictionary<(long Window, string Sensor), (int Count, int Given, int Results)> _open = [];
        private readonly List<string> _results = [];
        private long _now;
        private long _watermark = long.MinValue;

        public string[] Results => [.. _results.Order(StringComparer.Ordinal)];

        public void Take(Turn turn)
        {
            foreach (var (number, records) in turn.Fed)
            {
                var partition = number % _times.Count;
                foreach (var record in _times.Of(partition, records)) Take(partition, record);
            }

            Advance();
            _now += turn.PauseMs;
            Advance();
        }

        private void Take(int partition, Reading record)
        {
            _newest[partition] = Math.Max(_newest[partition] ?? long.MinValue, record.TimeMs);
            _activeAt[partition] = _now;
            var window = (long)Math.Floor((double)record.TimeMs / WindowMs) * WindowMs;
            if (window + WindowMs <= _watermark) return; // the partition has come back behind the others
            var (count, given, results) = _open.GetValueOrDefault((window, record.Sensor));
            _open[(window, record.Sensor)] = (count + 1, given, results);
        }

        private void Advance()
        {
            var (first, second) = (TimeOf(topic: 0), TimeOf(topic: 1));
            var time = (first.IsIdle, second.IsIdle) switch
            {
                (false, true) => first.Time,
                (true, false) => second.Time,
                (false, false) => Math.Min(first.Time, second.Time),
                _ => Math.Max(first.Time, second.Time),
            };
            if (time > _watermark) _watermark = time;
            var isQuiet = first.IsIdle && second.IsIdle; // for so long that by the clock all windows are over
            foreach (var (at, (count, given, results)) in _open.ToList())
            {
                var isOver = at.Window + WindowMs <= _watermark;
                if (!isOver && !isQuiet) continue;
                if (count > given) _results.Add($"{at.Sensor} {at.Window} {results} {count}");
                if (isOver) _open.Remove(at);
                else _open[at] = (count, count, results + (count > given ? 1 : 0));
            }
        }

        private (long Time, bool IsIdle) TimeOf(int topic)
        {
            var all = topic == 0 ? Enumerable.Range(0, partitions).ToList() : [.. Enumerable.Range(partitions, others)];
            var active = all.Where(partition => _now - _activeAt[partition] < IdleAfterMs).Select(WatermarkOf).ToList();
            var time = active.Count > 0 ? active.Min() : all.Select(WatermarkOf).Append(long.MinValue).Max();
            return (time, active.Count == 0);
        }

        private long WatermarkOf(int partition) => _newest[partition] is { } newest ? newest - LatenessMs : long.MinValue;
    }
}
