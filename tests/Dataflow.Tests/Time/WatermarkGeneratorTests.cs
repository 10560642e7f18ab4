using Dataflow.Log;
using Dataflow.Operations;
using Dataflow.Testing;

namespace Dataflow.Tests.Time;

/// <summary>Watermarks of a user's own: by what records say, and by what was learnt of them.</summary>
public sealed class WatermarkGeneratorTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SimulatedClock _clock = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void The_watermark_is_the_lowest_that_the_records_of_the_splits_say_and_never_a_lower_one(int workers)
    {
        Append(0, new Note(100));
        Append(1, new Note(20, UpTo: 15));
        var job = Start(Told(), workers);
        Assert.Equal(long.MinValue, Watermark(job)); // of the first nothing is known yet
        Assert.Equal([null, 15], Splits(job));

        Append(0, new Note(110, UpTo: 90));
        job.RunUntilIdle();
        Assert.Equal(15, Watermark(job));
        Append(1, new Note(500, UpTo: 200), new Note(30, UpTo: 10));
        job.RunUntilIdle();
        Assert.Equal([90, 200], Splits(job));
        Assert.Equal(90, Watermark(job));
        job.Close();
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    public void A_split_goes_on_from_its_greatest_watermark_after_a_restart(int before, int after)
    {
        Append(0, new Note(100, UpTo: 90), new Note(101, UpTo: 10));
        Append(1, new Note(300, UpTo: 280));
        var job = Start(Told(), before);
        job.Checkpoint();
        job.Close();

        job = Start(Told(), after);
        Assert.Equal([90, 280], Splits(job));
        Append(0, new Note(120, UpTo: 70));
        job.RunUntilIdle();
        Assert.Equal([90, 280], Splits(job));
        Assert.Equal(90, Watermark(job));
        job.Close();
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    public void The_state_of_a_split_is_there_again_after_a_restart(int before, int after)
    {
        Append(0, new Note(100), new Note(60)); // out of order by 40
        Append(1, new Note(1_000), new Note(993));
        var job = Start(Learnt(), before);
        Assert.Equal([100, 1_000], Splits(job)); // the watermark before the disorder was seen
        job.Checkpoint();
        job.Close();

        job = Start(Learnt(), after);
        Append(0, new Note(200));
        Append(1, new Note(2_000));
        job.RunUntilIdle();
        Assert.Equal([200 - 40, 2_000 - 7], Splits(job));
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_split_that_is_idle_does_not_count_and_what_continues_does_not_set_time_back(int workers)
    {
        Append(0, new Note(100, UpTo: 90));
        Append(1, new Note(300, UpTo: 290));
        var job = Start(Told(), workers);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Append(1, new Note(310, UpTo: 305));
        job.RunUntilIdle();
        Assert.Equal(305, Watermark(job));

        Append(0, new Note(200, UpTo: 195));
        Append(1, new Note(400, UpTo: 390));
        job.RunUntilIdle();
        Assert.Equal(305, Watermark(job));
        Append(0, new Note(401, UpTo: 350));
        job.RunUntilIdle();
        Assert.Equal(350, Watermark(job));
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Time_goes_on_with_the_clock_where_that_is_asked_for(int workers)
    {
        Append(0, new Note(100, UpTo: 90));
        Append(1, new Note(300, UpTo: 290));
        var job = Start(s => s.WithEventTime(n => n.Time, new Told(), advanceWhenQuiet: true), workers);
        _clock.Advance(TimeSpan.FromSeconds(6));
        job.RunUntilIdle();

        Assert.InRange(Watermark(job)!.Value, 290 + 6_000, 290 + 6_500);
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_generator_of_the_newest_time_gives_the_watermarks_of_the_built_in_one(int workers)
    {
        var builtIn = Start(s => s.WithEventTime(n => n.Time, TimeSpan.FromMilliseconds(40)), workers, name: "built-in");
        var own = Start(s => s.WithEventTime(n => n.Time, new Behind(40)), workers, name: "own");
        var random = new Random(1);
        for (var turn = 0; turn < 50; turn++)
        {
            Append(random.Next(2), new Note((turn * 50) + random.Next(200)));
            if (turn % 9 == 8) _clock.Advance(TimeSpan.FromSeconds(6)); // a partition may be idle
            builtIn.RunUntilIdle();
            own.RunUntilIdle();
            Assert.Equal(Splits(builtIn), Splits(own));
            Assert.Equal(Watermark(builtIn), Watermark(own));
        }

        builtIn.Close();
        own.Close();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_record_on_which_it_fails_is_a_dead_letter_and_leaves_nothing_behind(bool failsOnWatermark)
    {
        Append(0, new Note(100, UpTo: 50), new Note(Failing.Bad, UpTo: 90), new Note(120));
        var job = Start(s => s.WithEventTime(n => n.Time, new Failing(failsOnWatermark)), policy: ErrorPolicy.DeadLetter());

        Assert.Equal([50, null], Splits(job));
        Assert.Equal(2, job.Status.Steps.Single(step => step.Name == "event-time").Emitted);
        job.Checkpoint();
        job.Close();
        var letter = Assert.Single(Topic.Of<DeadLetter>("notes.dead-letters").ReadAll(_log));
        Assert.Equal(("event-time", "notes[0]", 1, "No."), (letter.Step, letter.Source, letter.Position, letter.Reason));
    }

    [Fact]
    public void A_record_on_which_it_fails_stops_the_job_with_step_and_position()
    {
        Append(0, new Note(100), new Note(Failing.Bad));

        var error = Assert.Throws<OperatorException>(() => Start(s => s.WithEventTime(n => n.Time, new Failing(false))));
        Assert.StartsWith("Operator 'event-time' failed on notes[0]@1: No.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_watermark_at_the_end_of_time_or_too_far_ahead_of_the_clock_is_an_error_of_its_record()
    {
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        Append(0, new Note(now, UpTo: now + 60_001), new Note(now, UpTo: long.MaxValue), new Note(now, UpTo: now + 60_000));
        var job = Start(
            s => s.WithEventTime(n => n.Time, new Told(), maxAhead: TimeSpan.FromMinutes(1)), policy: ErrorPolicy.DeadLetter());
        job.Checkpoint();
        job.Close();

        Assert.Equal([now + 60_000, null], Splits(job));
        var letters = Topic.Of<DeadLetter>("notes.dead-letters").ReadAll(_log).ToList();
        Assert.Equal([0, 1], letters.Select(letter => letter.Position));
        Assert.Equal(
            "'told' gives a watermark that is more than 00:01:00 ahead of the clock, which is the 'maxAhead' of WithEventTime.",
            letters[0].Reason);
        Assert.Equal(
            "'told' gives a watermark after the year 9998. Return long.MinValue where none is known; the end of input is found without it.",
            letters[1].Reason);
    }

    [Fact]
    public void Plan_and_diagnosis_name_it()
    {
        Append(0, new Note(100));
        Append(1, new Note(20, UpTo: 15));
        var job = Start(Told(), windowed: true);

        Assert.Contains("event-time (told, idle after 00:00:05)", Pipeline(Told()).Explain().ToString(), StringComparison.Ordinal);
        Assert.Equal(
            "Split 'notes[0]' has no watermark yet: 'told' has found none in the records that 'event-time' was given. It has one when a "
                + "record gives one, and does not count when it has been quiet for 5 s.",
            HolderOf(job));
        Append(0, new Note(110, UpTo: 90));
        job.RunUntilIdle();
        Assert.Equal(
            "Split 'notes[1]' holds the watermark at 1970-01-01 00:00:00.015Z, the greatest that 'told' has found in it; the others are up "
                + "to 75 ms ahead. It goes on when a record gives a greater one, or when the split has been quiet for 5 s.",
            HolderOf(job));
        job.Close();
    }

    [Fact]
    public void A_state_that_cannot_be_written_is_a_fault_of_the_plan_and_one_of_another_type_is_refused()
    {
        var fault = Assert.Throws<PlanException>(() => Pipeline(s => s.WithEventTime(n => n.Time, new Unwritable())).Explain());
        Assert.Contains("step 'event-time': ", fault.Message, StringComparison.Ordinal);

        Append(0, new Note(100, UpTo: 90));
        var job = Start(s => s.WithEventTime(n => n.Time));
        job.Checkpoint();
        job.Close();
        job = Start(Told()); // it begins without a state, and not behind the time that was
        Assert.Equal([100, null], Splits(job));
        job.Checkpoint();
        job.Close();

        var differs = Assert.Throws<PlanException>(() => Start(Learnt()));
        Assert.Contains("the checkpoint has   event-time: watermarks: of splits Int64:8", differs.Message, StringComparison.Ordinal);
        Assert.Contains("the pipeline has     event-time: watermarks: of splits Disorder", differs.Message, StringComparison.Ordinal);
        Assert.Contains(
            "the pipeline lacks   event-time: watermarks",
            Assert.Throws<PlanException>(() => Start(s => s.WithEventTime(n => n.Time))).Message, StringComparison.Ordinal);
    }

    private static Func<Stream<Note>, Stream<Note>> Told() => s => s.WithEventTime(n => n.Time, new Told());

    private static Func<Stream<Note>, Stream<Note>> Learnt() => s => s.WithEventTime(n => n.Time, new Learnt());

    private static string HolderOf(SimulatedJob job)
        => job.Diagnose().Findings.Single(finding => finding.Kind == FindingKind.SplitHoldsTimeBack).Text;

    private static long? Watermark(SimulatedJob job) => job.Status.Steps.Single(step => step.Name == "event-time").WatermarkMs;

    private static IEnumerable<long?> Splits(SimulatedJob job)
        => job.Status.Splits.OrderBy(split => split.Name, StringComparer.Ordinal).Select(split => split.WatermarkMs);

    private static Pipeline Pipeline(
        Func<Stream<Note>, Stream<Note>> timed, bool windowed = false, ErrorPolicy? policy = null, string name = "notes")
    {
        var pipeline = new Pipeline(name) { OnError = policy ?? ErrorPolicy.Stop };
        var notes = timed(pipeline.From(Topic.Of<Note>("notes", 2)));
        if (windowed)
        {
            notes.Window(Tumbling.Every(TimeSpan.FromMilliseconds(10))).Aggregate(a => a.Count(), (_, count) => count)
                .To(Sink.Memory<long>());
        }
        else
        {
            notes.To(Sink.Memory<Note>());
        }

        return pipeline;
    }

    private void Append(int partition, params Note[] notes) => _log.Append("notes", notes, partition, partitions: 2);

    private SimulatedJob Start(
        Func<Stream<Note>, Stream<Note>> timed, int workers = 1, bool windowed = false, ErrorPolicy? policy = null,
        string name = "notes")
    {
        var job = SimulatedJob.Start(Pipeline(timed, windowed, policy, name), _log, workers, clock: _clock);
        job.RunUntilIdle();
        return job;
    }
}

/// <summary>A record that may say up to which time all have come.</summary>
public sealed record Note(long Time, long? UpTo = null);

internal sealed class Told : WatermarkGenerator<Note, long>
{
    public override string Name => "told";

    public override long Create() => long.MinValue;

    public override long Add(long state, Note value, long time) => value.UpTo ?? state;

    public override long Watermark(long state, long newest) => state;
}

internal sealed class Behind(long ms) : WatermarkGenerator<Note, long>
{
    public override string Name => "behind";

    public override long Create() => long.MinValue;

    public override long Add(long state, Note value, long time) => Math.Max(state, time);

    public override long Watermark(long state, long newest) => state - ms;
}

/// <summary>Out of order by as much as records have been; its state is an object.</summary>
internal sealed class Learnt : WatermarkGenerator<Note, Disorder>
{
    public override string Name => "learnt";

    public override Disorder Create() => new(long.MinValue, 0);

    public override Disorder Add(Disorder state, Note value, long time)
        => new(Math.Max(state.Newest, time), state.Newest > time ? Math.Max(state.Most, state.Newest - time) : state.Most);

    public override long Watermark(Disorder state, long newest) => newest - state.Most;
}

/// <summary>The newest time and the greatest disorder.</summary>
public sealed record Disorder(long Newest, long Most);

internal sealed class Failing(bool failsOnWatermark) : WatermarkGenerator<Note, (long UpTo, bool IsBad)>
{
    public const long Bad = 77;

    public override string Name => "failing";

    public override (long UpTo, bool IsBad) Create() => (long.MinValue, false);

    public override (long UpTo, bool IsBad) Add((long UpTo, bool IsBad) state, Note value, long time)
        => value.Time == Bad && !failsOnWatermark ? throw new FormatException("No.") : (value.UpTo ?? state.UpTo, value.Time == Bad);

    public override long Watermark((long UpTo, bool IsBad) state, long newest)
        => state.IsBad ? throw new FormatException("No.") : state.UpTo;
}

internal sealed class Unwritable : WatermarkGenerator<Note, Action>
{
    public override string Name => "unwritable";

    public override Action Create() => static () => { };

    public override Action Add(Action state, Note value, long time) => state;

    public override long Watermark(Action state, long newest) => newest;
}
