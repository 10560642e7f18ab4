using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

/// <summary>Every verb that makes records of what it holds: where its input is not late, none of its results is late for what
/// follows.</summary>
public class TimeOfResultsTests
{
    private const long LatenessMs = 60;
    private static readonly Output<int> s_side = new("side");

    /// <summary>The verbs, each on keyed readings without late ones, with a second stream of the same kind.</summary>
    private static readonly Dictionary<string, Func<KeyedStream<string, Reading>, KeyedStream<string, Reading>, Stream<int>[]>> s_verbs =
        new()
    {
        ["match"] = (s, _)
            => [s.Match(Rising(AfterMatch.SkipPastLast), (_, m) => (int)m.EndMs, out var timedOut).Values(), timedOut.Values()],
        ["match, no skip"] = (s, _) => [s.Match(Rising(AfterMatch.NoSkip), (_, m) => (int)m.EndMs).Values()],
        ["process in order"] = (s, _) => WithSide(s.Process(() => new Timers(isInOrder: true))),
        ["process at once"] = (s, _) => WithSide(s.Process(() => new Timers(isInOrder: false))),
        ["deduplicate"] = (s, _) => [s.Deduplicate(TimeSpan.FromMilliseconds(100)).Values().Select(r => r.Value)],
        ["batch"] = (s, _) => [s.Batch(7, withinEventTime: TimeSpan.FromMilliseconds(30)).Values().Select(b => b.Count)],
        ["batch of all"] = (s, _) => [s.Values().Batch(7, withinEventTime: TimeSpan.FromMilliseconds(30)).Select(b => b.Count)],
        ["tumbling"] = (s, _) => [s.Window(Tumbling.Every(Ms(40))).Aggregate(a => a.Count(), (_, _, n) => (int)n).Values()],
        ["hopping"] = (s, _) => [s.Window(Hopping.Of(Ms(40), Ms(10))).Aggregate(a => a.Count(), (_, _, n) => (int)n).Values()],
        ["sliding"] = (s, _) => [s.Window(Sliding.Over(Ms(40))).Aggregate(a => a.Count(), (_, _, n) => (int)n).Values()],
        ["session"] = (s, _) => [s.Window(Session.WithGap(Ms(20))).Aggregate(a => a.Count(), (_, _, n) => (int)n).Values()],
        ["counting"] = (s, _) => [s.Window(Counting.Every(3)).Aggregate(a => a.Count(), (_, _, n) => (int)n).Values()],
        ["global"] = (s, _) => [s.Window(Global.Window).Aggregate(a => a.Count(), (_, _, n) => (int)n).Values()],
        ["tumbling, early and late"] = (s, _)
            => [s.Window(Tumbling.Every(Ms(40)), trigger: EarlyAndLate).Aggregate(a => a.Count(), (_, _, n) => (int)n).Values()],
        ["session, early and late"] = (s, _)
            => [s.Window(Session.WithGap(Ms(20)), trigger: EarlyAndLate).Aggregate(a => a.Count(), (_, _, n) => (int)n).Values()],
        ["aggregate"] = (s, _) => [s.Aggregate(a => a.Count(), (_, n) => (int)n).Changes().Values().Select(c => c.New)],
        ["table"] = (s, _) => [s.LatestBy(r => r.Value).Changes().Values().Select(_ => 1)],
        ["join"] = (s, other) => [s.Join(other, (a, b) => a.Value + b.Value, Ms(30), Ms(30)).Values()],
        ["join interval"] = (s, other) => [s.OuterJoinInterval(other, Ms(-10), Ms(30), (a, b) => 1).Values()],
        ["join window"] = (s, other) => [s.OuterJoinWindow(other, Tumbling.Every(Ms(40)), (a, b) => 1).Values()],
        ["join as of"] = (s, other) => [s.LeftJoinAsOf(other, (a, b) => 1).Values()],
        ["map async"] = (s, _) => [s.MapAsync((r, _) => Task.FromResult(r.Value)).Values()],
    };

    public static TheoryData<string> Verbs => [.. s_verbs.Keys];

    private static Trigger EarlyAndLate => new() { EarlyEvery = Ms(10), EarlyRecords = 2, AllowedLateness = Ms(30) };

    [Theory]
    [MemberData(nameof(Verbs))]
    public void No_result_is_late_for_what_follows(string verb)
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.OneOf(Gen.Const(1), Gen.Const(5), Gen.Const(64)), Gen.Int[1, 2]).Sample(
            (readings, reads, workers) =>
            {
                using var log = SimulatedJob.OpenLog();
                log.Append("readings", readings);
                var pipeline = new Pipeline("times");
                var late = Sink.Memory<string>();
                var keyed = pipeline.From(Topic.Of<Reading>("readings").StopAtEnd())
                    .WithEventTime(r => r.TimeMs, maxOutOfOrderness: Ms(LatenessMs)).KeyBy(r => r.Sensor);
                var results = s_verbs[verb](keyed, keyed.Where(r => r.Value % 2 == 0));
                results.Select(stream => stream.Add(input => new LateNode(input))).Aggregate((all, more) => all.Union(more)).To(late);
                SimulatedJob.Start(pipeline, log, workers, with: options => options with { ReadRecords = reads }).Run();
                Assert.Empty(late.Committed);
            },
            iter: 15);

    private static TimeSpan Ms(long ms) => TimeSpan.FromMilliseconds(ms);

    private static Pattern<Reading> Rising(AfterMatch after)
        => Pattern.Begin<Reading>("first", r => r.Value > 0).FollowedBy("more", (r, m) => r.Value > m["first"][0].Value).Within(Ms(50))
            .Then(after);

    private static Stream<int>[] WithSide(KeyedStream<string, int> results) => [results.Values(), results.SideOutput(s_side).Values()];

    /// <summary>Sets timers before and after each record.</summary>
    private sealed class Timers(bool isInOrder) : KeyedProcess<string, Reading, int, int>
    {
        public override bool InTimeOrder => isInOrder;

        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, int> context)
        {
            context.Emit(1);
            context.SetTimer(record.Timestamp - record.Value.Value);
            context.SetProcessingTimer(context.ProcessingTime + 1);
        }

        public override void OnTimer(long timestamp, ref int state, ProcessContext<string, int> context)
        {
            context.Emit(2);
            context.Emit(s_side, 3);
        }

        public override void OnProcessingTimer(long timestamp, ref int state, ProcessContext<string, int> context) => context.Emit(4);
    }

    private sealed record LateNode(Node<int> Before) : Node<int, string>("late", Before)
    {
        public override Operator<int, string> CreateOperator() => new LateOperator();
    }

    /// <summary>Hands on the records that are late.</summary>
    private sealed class LateOperator : Operator<int, string>
    {
        private long _watermark = long.MinValue;

        public override void Process(in Record<int> record)
        {
            if (record.Timestamp < _watermark) Emit(record.With($"{record.Timestamp} after {_watermark}"));
        }

        public override void Advance(long watermark)
        {
            _watermark = Math.Max(_watermark, watermark);
            base.Advance(watermark);
        }
    }
}
