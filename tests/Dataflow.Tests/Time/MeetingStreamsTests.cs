using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Time;

/// <summary>Streams that meet, whose partitions fall quiet and come back, at one to four workers, also after another number of them: held
/// against one worker. No record is late by its own partition's watermark.</summary>
public class MeetingStreamsTests
{
    private const int LatenessMs = 2_000;
    private const int Topics = 3;
    private const int GapMs = 2_000; // of sessions
    private const long IdleAfterMs = 36_000_000; // so long that what the clock goes on during a checkpoint does not count

    private static readonly int[] s_pausesMs = [0, 0, 2_500_000, 100_000_000];
    private static readonly TimeSpan s_millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, Func<Inputs, Stream<string>>> s_cases = new()
    {
        ["join by interval"] = i => i.A.OuterJoinInterval(i.B, -3 * s_second, 3 * s_second, Pair).Values(),
        ["join as of"] = i => i.A.LeftJoinAsOf(i.B, Pair).Values(),
        ["join by window"] = i => i.A.OuterJoinWindow(i.B, Tumbling.Every(10 * s_second), Pair).Values(),
        ["co-group of sessions"] = i => i.A.CoGroup(
            i.B, Session.WithGap(GapMs * s_millisecond),
            (key, window, a, b) => new[] { $"{key} {window.StartMs} {window.EndMs} {a.Sum(x => x.Value)} {b.Sum(x => x.Value)}" }).Values(),
        ["windows of a keyed union"] = i => Windowed(i.A.Union(i.B), Tumbling.Every(10 * s_second)),
        ["sliding windows of a keyed union"] = i => Windowed(i.A.Union(i.B), Sliding.Over(4 * s_second)),
        ["sessions of a keyed union"] = i => Windowed(i.A.Union(i.B), Session.WithGap(GapMs * s_millisecond)),
        ["windows without keys"] = i => i.A.Values().Union(i.B.Values()).Window(Tumbling.Every(10 * s_second))
            .Aggregate(a => (a.Count(), a.Sum(x => x.Value)), (window, n, sum) => $"{window.StartMs} {window.FiringIndex} {n} {sum}"),
        ["timers"] = i => i.A.Union(i.B).Process(() => new Alarms()).Values(),
        ["match"] = i => i.A.Union(i.B).Match(
            Pattern.Begin<Reading>("low", x => x.Value % 2 == 0).FollowedBy("high", x => x.Value % 2 == 1).Within(5 * s_second),
            (key, match) => $"{key} {match.StartMs} {match.EndMs}").Values(),
        ["a join behind a join"] = i => i.A.JoinInterval(i.B, -3 * s_second, 3 * s_second, (a, _) => a, "first")
            .OuterJoinInterval(i.C, -5 * s_second, 5 * s_second, Pair, "second").Values(),
        ["a join behind a union"] = i => i.A.Union(i.B).OuterJoinInterval(i.C, -3 * s_second, 3 * s_second, Pair).Values(),
        ["a window behind a window, and a join"] = i => i.A.Window(Tumbling.Every(2 * s_second))
            .Aggregate(a => a.Count(), (key, window, n) => new Reading(key, window.StartMs, (int)n))
            .OuterJoinInterval(i.B, -3 * s_second, 3 * s_second, Pair).Values(),
    };

    private static readonly Gen<Turn> s_turn =
        from fed in Gen.Select(
            Gen.Int[0, Topics - 1], Gen.Int[0, 1], Gen.Select(Gen.Int[0, 12_000], Gen.Int[0, LatenessMs], Gen.Int[0, 2]).Array[1, 6])
            .Array[0, 4]
        from pauseMs in Gen.Int[0, 3].Select(pause => s_pausesMs[pause])
        from workers in Gen.Frequency((5, Gen.Const(0)), (1, Gen.Int[1, 4]))
        select new Turn(fed, pauseMs, workers);

    public static TheoryData<string> Names => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Results_and_late_records_are_those_of_one_worker(string name)
        => Gen.Select(Gen.Int[1, 2].Array[Topics], Gen.Int[2, 4], Gen.Int[0, 1_000], s_turn.Array[1, 12]).Sample(
            (partitions, workers, seed, turns) => Check(name, partitions, workers, seed, turns), iter: 40);

    [Fact]
    public void A_partition_that_comes_back_holds_time_back_where_its_stream_meets_another()
    {
        Turn[] turns =
        [
            new([], 100_000_000, 0),
            new([(0, 0, [(18_000, 0, 0), (4_000, 0, 0)]), (1, 0, [(18_000, 0, 2), (6_000, 0, 0)])], 0, 0), // the join is at 20 s, B at 22 s
            new([(0, 0, [(2_000, 0, 0)]), (1, 1, [(8_000, 0, 0), (10_000, 0, 0), (3_000, 0, 0)])], 0, 0), // B is back at 19 s
            new([(1, 1, [(500, 0, 0)])], 0, 0),
        ];
        for (var seed = 0; seed < 20; seed++) Assert.Equal(2, Check("join by interval", [1, 2, 1], 2, seed, turns));
    }

    /// <summary>Runs a case with one worker and with several; returns the number of late records.</summary>
    private static long Check(string name, int[] partitions, int workers, int seed, Turn[] turns)
    {
        var records = new Records(partitions);
        using var one = new Run(s_cases[name], partitions, 1, 0);
        using var several = new Run(s_cases[name], partitions, workers, seed);
        foreach (var turn in turns)
        {
            var fed = records.Of(turn);
            // A record that is late alone counts if a session that it touches has begun: then the order of the partitions matters.
            var isInOrder = name.Contains("sessions", StringComparison.Ordinal)
                && fed.Exists(part => part.Records.Any(record => record.TimeMs + GapMs < one.Watermark));
            one.Take(fed, isInOrder, turn.PauseMs, Math.Min(turn.Workers, 1));
            several.Take(fed, isInOrder, turn.PauseMs, turn.Workers);
            Assert.Equal(one.Late, several.Late);
            Assert.Equal(one.Results, several.Results);
        }

        return one.Late;
    }

    private static Stream<string> Windowed(KeyedStream<string, Reading> readings, WindowSpec windows)
        => readings.Window(windows).Aggregate(
            a => (a.Count(), a.Sum(x => x.Value)),
            (key, window, n, sum) => $"{key} {window.StartMs} {window.EndMs} {window.FiringIndex} {n} {sum}").Values();

    private static string Pair(Reading? a, Reading? b) => $"{Text(a)} {Text(b)}";

    private static string Text(Reading? x) => x is null ? "-" : $"{x.Sensor}@{x.TimeMs}={x.Value}";

    /// <summary>What comes, in which topic and partition: by how much newer than the newest there, how disordered, of which key; the pause
    /// after it; and the workers of the job that goes on from there, 0: it goes on as it is.</summary>
    private sealed record Turn((int Topic, int Partition, (int StepMs, int BackMs, int Key)[] Records)[] Fed, int PauseMs, int Workers)
    {
        public override string ToString()
            => $"[{string.Join("; ", Fed.Select(fed => $"{fed.Topic}[{fed.Partition}]: {string.Join(' ', fed.Records)}"))}], {PauseMs} ms"
                + (Workers > 0 ? $", {Workers} workers" : "");
    }

    private sealed record Fed(int Topic, int Partition, Reading[] Records);

    /// <summary>The records of the turns: none is late by its own partition's watermark.</summary>
    private sealed class Records(int[] partitions)
    {
        private readonly Dictionary<(int, int), long> _newest = [];
        private int _next;

        public List<Fed> Of(Turn turn) => [.. turn.Fed.Select(fed => Of(fed.Topic, fed.Partition % partitions[fed.Topic], fed.Records))];

        private Fed Of(int topic, int partition, (int StepMs, int BackMs, int Key)[] records)
            => new(topic, partition, [.. records.Select(record => Next((topic, partition), record))]);

        private Reading Next((int, int) split, (int StepMs, int BackMs, int Key) record)
        {
            var newest = _newest[split] = _newest.GetValueOrDefault(split) + record.StepMs;
            return new Reading($"s{record.Key}", newest - record.BackMs, _next++);
        }
    }

    private sealed record Inputs(KeyedStream<string, Reading> A, KeyedStream<string, Reading> B, KeyedStream<string, Reading> C);

    private sealed class Run : IDisposable
    {
        private readonly LogStore _log = SimulatedJob.OpenLog();
        private readonly SimulatedClock _clock = new();
        private readonly Func<Inputs, Stream<string>> _steps;
        private readonly int _seed;
        private SimulatedJob _job;
        private long _lateBefore;

        public Run(Func<Inputs, Stream<string>> steps, int[] partitions, int workers, int seed)
        {
            (_steps, _seed) = (steps, seed);
            for (var topic = 0; topic < Topics; topic++) _log.CreateTopicAsync($"t{topic}", partitions[topic]).AsTask().GetAwaiter()
                .GetResult();
            _job = Start(workers);
        }

        public string[] Results => [.. _log.Sorted<string>("results")];

        /// <summary>The late records so far, those of earlier jobs included.</summary>
        public long Late { get; private set; }

        public void Dispose()
        {
            _job.Close();
            _log.Dispose();
        }

        /// <summary>The watermark of the steps behind those that make it.</summary>
        public long? Watermark
            => _job.Status.Steps.Max(static step => step.Name.StartsWith("time-", StringComparison.Ordinal) ? null : step.WatermarkMs);

        public void Take(List<Fed> fed, bool isInOrder, int pauseMs, int workers)
        {
            foreach (var (topic, partition, records) in fed)
            {
                _log.Append($"t{topic}", records, partition);
                if (isInOrder) _job.RunUntilIdle();
            }

            _job.RunUntilIdle();
            _clock.Advance(TimeSpan.FromMilliseconds(pauseMs));
            _job.RunUntilIdle();
            _job.Checkpoint();
            Late = _lateBefore + _job.Status.Steps.Sum(static step => step.Late);
            if (workers == 0) return;
            _lateBefore = Late;
            _job.Close();
            _job = Start(workers);
        }

        private SimulatedJob Start(int workers)
        {
            var pipeline = new Pipeline("meeting");
            _steps(new(Timed(pipeline, 0), Timed(pipeline, 1), Timed(pipeline, 2))).To(Topic.Of<string>("results", partitions: 1));
            var job = SimulatedJob.Start(
                pipeline, _log, workers, _seed, _clock, with: options => options with { ReadRecords = _seed % 2 == 0 ? 64 : 2 });
            job.RunUntilIdle();
            return job;
        }

        private static KeyedStream<string, Reading> Timed(Pipeline pipeline, int topic)
            => pipeline.From(Topic.Of<Reading>($"t{topic}"))
                .WithEventTime(
                    x => x.TimeMs, TimeSpan.FromMilliseconds(LatenessMs), TimeSpan.FromMilliseconds(IdleAfterMs), name: $"time-{topic}")
                .KeyBy(x => x.Sensor, $"key-{topic}");
    }

    /// <summary>Sets a timer for each record.</summary>
    private sealed class Alarms : KeyedProcess<string, Reading, long, string>
    {
        public override void OnRecord(in Record<Reading> record, ref long state, ProcessContext<string, string> context)
            => context.SetTimer(record.Value.TimeMs + 3_000);

        public override void OnTimer(long timestamp, ref long state, ProcessContext<string, string> context)
            => context.Emit($"{context.Key} {timestamp}");
    }
}
