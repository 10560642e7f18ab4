using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>Records that no checkpoint could hold, since they hold themselves, in front of every step that keeps records.</summary>
public class UnwritableTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly Topic<Ev> Events = Topic.Of<Ev>("events", partitions: 1);

    private static readonly Dictionary<string, Func<KeyedStream<int, Ring>, KeyedStream<int, Ring>, Stream<string>>> Cases = new()
    {
        ["join of streams"] = (bad, good) => bad.Join(good, Ring.Both).Values(),
        ["join of streams, right"] = (bad, good) => good.Join(bad, Ring.Both).Values(),
        ["join of intervals"] = (bad, good) => bad.JoinInterval(good, -Second, Second, Ring.Both).Values(),
        ["join of intervals, right"] = (bad, good) => good.JoinInterval(bad, -Second, Second, Ring.Both).Values(),
        ["join of windows"] = (bad, good) => bad.JoinWindow(good, Tumbling.Every(Second), Ring.Both).Values(),
        ["join of windows, right"] = (bad, good) => good.JoinWindow(bad, Tumbling.Every(Second), Ring.Both).Values(),
        ["join as of"] = (bad, good) => bad.JoinAsOf(good, Ring.Both).Values(),
        ["join as of, right"] = (bad, good) => good.JoinAsOf(bad, Ring.Both).Values(),
        ["rules"] = (bad, good) => good.Values().JoinBroadcast(bad, (_, _) => true, Ring.Both),
        ["table"] = (bad, _) => Text(bad.ToTable()),
        ["latest by"] = (bad, _) => Text(bad.LatestBy(ring => ring.V)),
        ["join of tables"] = (bad, good)
            => Text(bad.Select(Ring.Straight).ToTable().Select(Ring.Bent).LeftJoin(good.ToTable("right"), (l, _) => l)),
        ["join of tables, right"] = (bad, good)
            => Text(good.ToTable().LeftJoin(bad.Select(Ring.Straight).ToTable("right").Select(Ring.Bent), (l, _) => l)),
        ["join by foreign key"] = (bad, good)
            => Text(bad.Select(Ring.Straight).ToTable().Select(Ring.Bent).LeftJoin(good.ToTable("right"), ring => ring.V, (l, _) => l)),
        ["join by foreign key, right"] = (bad, good)
            => Text(good.ToTable().LeftJoin(bad.Select(Ring.Straight).ToTable("right").Select(Ring.Bent), ring => ring.V, (l, _) => l)),
        ["match"] = (bad, _) => bad.Match(Pattern.Begin<Ring>("any", _ => true), (_, match) => $"{match["any"][0].V}").Values(),
        ["process in the order of time"] = (bad, _) => bad.Process(() => new InOrder()).Values(),
        ["batch"] = (bad, _) => bad.Batch(2).Values().Select(batch => $"{batch.Count}"),
        ["calls"] = (bad, _) => bad.Values().MapAsync(ring => Task.FromResult($"{ring.V}")),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_record_that_cannot_be_written_is_left_out_and_the_others_come_through(string name)
    {
        using var driver = Drive(name, ErrorPolicy.DeadLetter());

        Feed(driver, from: 0);
        driver.Restart();
        Feed(driver, from: 10_000);
        driver.Restart();

        Assert.NotEmpty(driver.Read(Topic.Of<string>("results")));
        var letters = driver.Read(Topic.Of<DeadLetter>("unwritable.dead-letters"));
        Assert.Equal(["events[0]@1", "events[0]@5"], letters.Select(letter => $"{letter.Source}@{letter.Position}"));
        Assert.All(letters, letter => Assert.Contains("holds itself", letter.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_key_that_cannot_be_written_is_left_out_where_it_is_given(int workers)
    {
        using var driver = new PipelineDriver(
            () =>
            {
                var pipeline = new Pipeline("unwritable") { OnError = ErrorPolicy.DeadLetter() }.UseSerde(Serde.Json<Loop>());
                pipeline.From(Events).KeyBy(e => new Loop(e.V), "own").Aggregate(a => a.Count(), (key, n) => $"{key.V} {n}")
                    .Changes()
                    .Select(change => change.New!).Values().To(Topic.Of<string>("results"));
                return pipeline;
            },
            workers);

        Feed(driver, from: 0);
        driver.Restart();

        Assert.Equal(["1 1", "2 1", "3 1"], driver.Read(Topic.Of<string>("results")).Order());
        var letter = Assert.Single(driver.Read(Topic.Of<DeadLetter>("unwritable.dead-letters")));
        Assert.Equal("own events[0]@1", $"{letter.Step} {letter.Source}@{letter.Position}");
    }

    [Theory]
    [InlineData("join of streams")]
    [InlineData("join of intervals, right")]
    [InlineData("latest by")]
    public void Where_errors_stop_the_job_the_error_names_the_step(string name)
    {
        using var driver = Drive(name, ErrorPolicy.Stop);

        var error = Assert.Throws<OperatorException>(() => Feed(driver, from: 0));

        Assert.NotEmpty(error.Step);
        Assert.Contains("holds itself", error.Message, StringComparison.Ordinal);
    }

    private static void Feed(PipelineDriver driver, long from)
        => driver.Feed(Events, new Ev(1, from), new Ev(Ring.Bad, from + 1), new Ev(2, from + 2), new Ev(3, from + 5_000));

    private static PipelineDriver Drive(string name, ErrorPolicy policy) => new(() =>
    {
        var pipeline = new Pipeline("unwritable") { OnError = policy };
        var events = pipeline.From(Events).WithEventTime(e => e.T).Select(e => Ring.Bent(new Ring { V = e.V }))
            .KeyBy(_ => 0);
        Cases[name](events, events.Where(ring => ring.V != Ring.Bad, "good")).To(Topic.Of<string>("results"));
        return pipeline;
    });

    private static Stream<string> Text(Table<int, Ring> table)
        => table.Changes().Select(change => change.HasNew ? $"{change.New.V}" : "-").Values();

    public readonly record struct Ev(int V, long T);

    public sealed class Ring
    {
        public const int Bad = 13;

        public int V { get; set; }

        public Ring? Next { get; set; }

        /// <summary>Holds itself, if it is a bad one.</summary>
        public static Ring Bent(Ring ring)
        {
            var bent = new Ring { V = ring.V };
            bent.Next = ring.V == Bad ? bent : null;
            return bent;
        }

        public static Ring Straight(Ring ring) => new() { V = ring.V };

        public static string Both(Ring left, Ring right) => $"{left.V} {right.V}";
    }

    public sealed class Loop(int v) : IEquatable<Loop>
    {
        public int V { get; } = v;

        public Loop? Self => V == Ring.Bad ? this : null;

        public bool Equals(Loop? other) => other?.V == V;

        public override bool Equals(object? obj) => Equals(obj as Loop);

        public override int GetHashCode() => V;
    }

    private sealed class InOrder : KeyedProcess<int, Ring, string>
    {
        public override bool InTimeOrder => true;

        public override void Open(ProcessStates<int, Ring> states)
        {
        }

        public override void OnRecord(in Record<Ring> record, ProcessContext<int, string> context) => context.Emit($"{record.Value.V}");
    }
}
