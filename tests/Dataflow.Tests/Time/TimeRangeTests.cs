using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Time;

/// <summary>Times that no record can have: they must neither hang a window nor end a job that keeps dead letters.</summary>
public sealed class TimeRangeTests : IDisposable
{
    private const long Now = 1_767_225_600_000; // 2026-01-01

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    public static TheoryData<long, string> Impossible => new()
    {
        { long.MinValue, "the smallest or the greatest number" },
        { long.MaxValue, "the smallest or the greatest number" },
        { long.MaxValue - 1, "milliseconds since 1970" },
        { Now * 1_000, "read as microseconds" },
        { Now * 10_000, "read as ticks of 100 ns" },
        { Now * 1_000_000, "read as nanoseconds" },
        { DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), "default value of a DateTime" },
        { DateTimeOffset.MaxValue.ToUnixTimeMilliseconds(), "milliseconds since 1970" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Stop_the_job_with_step_position_and_a_hint(long time, string hint)
    {
        var error = Assert.Throws<OperatorException>(() => Run([Now, time], Tumbling.Every(TimeSpan.FromMinutes(1)), ErrorPolicy.Stop));

        Assert.Contains(
            "'event-time' failed on times[0]@1: The event time lies outside the years 2 to 9998. ", error.Message,
            StringComparison.Ordinal);
        Assert.Contains(hint, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Are_dead_letters_whatever_the_windows_and_the_records_beside_them_count(long time, string hint)
    {
        WindowSpec[] kinds =
        [
            Tumbling.Every(TimeSpan.FromMinutes(1)),
            Hopping.Of(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1)),
            Cumulating.Of(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1)),
            Calendar.Days("Europe/Berlin"), Calendar.Weeks(), Calendar.Months("Asia/Tokyo"),
            Session.WithGap(TimeSpan.FromMinutes(1)), Sliding.Over(TimeSpan.FromMinutes(1)),
        ];
        foreach (var kind in kinds)
        {
            using var log = SimulatedJob.OpenLog();
            Assert.Equal(2, Run([Now, time, Now], kind, ErrorPolicy.DeadLetter(), log: log).Max());
            var letter = Assert.Single(Topic.Of<DeadLetter>("times.dead-letters").ReadAll(log));
            Assert.Equal(("event-time", "times[0]", 1), (letter.Step, letter.Source, letter.Position));
            Assert.Contains(hint, letter.Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Are_refused_by_the_window_where_a_step_of_the_users_own_makes_them(int workers)
    {
        var counts = Run(
            [Now, Now + 1, Now], Tumbling.Every(TimeSpan.FromMinutes(1)), ErrorPolicy.DeadLetter(), workers: workers,
            between: s => s.Add(input => new StampNode("stamp", input)));

        Assert.Equal([2L], counts);
        Assert.Equal("window", Assert.Single(Topic.Of<DeadLetter>("times.dead-letters").ReadAll(_log)).Step);
    }

    [Fact]
    public void The_first_and_the_last_moments_that_are_allowed_lie_in_windows_of_every_kind()
    {
        var (least, most) = (TimeRange.Min, TimeRange.Max);
        foreach (var kind in new[] { Tumbling.Every(TimeSpan.FromDays(1)), Calendar.Months("Pacific/Apia"),
            Calendar.Weeks("America/New_York") })
        {
            using var log = SimulatedJob.OpenLog();
            Assert.Equal([1L, 1L], Run([least, most], kind, ErrorPolicy.Stop, log: log));
        }
    }

    [Fact]
    public void A_time_too_far_ahead_of_the_clock_is_refused_and_makes_nothing_late()
    {
        var clock = new SimulatedClock();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var job = Start(
            [now, now + 3_600_001, now + 1_000], Tumbling.Every(TimeSpan.FromMinutes(1)), ErrorPolicy.DeadLetter(), clock: clock,
            maxAhead: TimeSpan.FromHours(1));
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal((0, 1), (job.Status.Steps.Sum(step => step.Late), job.Status.DeadLetters));
        Assert.Contains(
            "more than 01:00:00 ahead of the clock", Topic.Of<DeadLetter>("times.dead-letters").ReadAll(_log).Single().Reason,
            StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromSeconds(10));
        _log.Append("times", [now + 3_600_001]);
        job.RunUntilIdle();
        Assert.Equal(1, job.Status.DeadLetters);
        job.Close();
    }

    private SimulatedJob Start(
        long[] times, WindowSpec windows, ErrorPolicy policy, int workers = 1, Func<Stream<long>, Stream<long>>? between = null,
        LogStore? log = null,
        SimulatedClock? clock = null, TimeSpan? maxAhead = null)
    {
        (log ?? _log).Append("times", times);
        var pipeline = new Pipeline("times") { OnError = policy };
        var timed = pipeline.From(Topic.Of<long>("times")).WithEventTime(x => x, maxAhead: maxAhead);
        (between?.Invoke(timed) ?? timed).KeyBy(_ => 0).Window(windows).Aggregate(a => a.Count(), (_, _, n) => n)
            .To(Topic.Of<long>("counts"));
        return SimulatedJob.Start(pipeline, log ?? _log, workers, clock: clock);
    }

    private IReadOnlyList<long> Run(
        long[] times, WindowSpec windows, ErrorPolicy policy, int workers = 1, Func<Stream<long>, Stream<long>>? between = null,
        LogStore? log = null)
    {
        var job = Start(times, windows, policy, workers, between, log);
        try
        {
            job.RunUntilIdle();
            job.Drain();
            job.Run();
        }
        catch
        {
            job.Close();
            throw;
        }

        return [.. Topic.Of<long>("counts").ReadAll(log ?? _log)];
    }

    private sealed record StampNode(string Name, Node<long> Input) : Node<long, long>(Name, Input)
    {
        public override Operator<long, long> CreateOperator() => new StampOperator();
    }

    /// <summary>Takes the time from odd records.</summary>
    private sealed class StampOperator : Operator<long, long>
    {
        public override void Process(in Record<long> record)
            => Emit(record with { Timestamp = record.Value % 2 == 0 ? record.Timestamp : long.MaxValue });
    }
}
