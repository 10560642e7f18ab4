using Dataflow.Extensibility;
using Dataflow.Log;
using Dataflow.Sharing;
using Dataflow.State;
using Dataflow.Testing;
using Dataflow.Time;

namespace Dataflow.Tests.Sharing;

/// <summary>Event time that crosses processes: this one has shards 0 to 31, others have the rest.</summary>
public class RemoteTimesTests
{
    private static readonly ShardSet s_own = new(uint.MaxValue);
    private static readonly ShardSet s_partitions = new(0b_11);
    private static readonly ShardSet s_second = new(0x0000FFFF_00000000);
    private static readonly ShardSet s_third = new(0xFFFF0000_00000000);
    private static readonly InputTime s_idle = new(5, Idleness.WithoutTime);

    [Fact]
    public void Time_stands_until_all_processes_have_reported_in_all_partitions()
    {
        var times = new RemoteTimes(s_own, s_partitions, areIndependent: true);
        Report(times, 0, s_second, At(10));
        Report(times, 1, s_second, At(10));
        Report(times, 0, s_third, At(20));
        Assert.Equal(long.MinValue, times.With(At(30)).Watermark);
        Report(times, 1, s_third, At(15));

        Assert.Equal(10, times.With(At(30)).Watermark);
        Assert.Equal(3, times.With(At(3)).Watermark);
    }

    [Fact]
    public void Another_process_that_takes_shards_over_reports_for_them()
    {
        var times = new RemoteTimes(s_own, new(1), areIndependent: true);
        Report(times, 0, s_second, At(10));
        Report(times, 0, s_third, At(20));
        Report(times, 0, s_second | s_third, At(21));

        Assert.Equal(21, times.With(At(30)).Watermark);
    }

    [Fact]
    public void Idle_splits_of_a_process_hold_nothing_back_and_what_is_known_of_all_does()
    {
        var ofSplits = new RemoteTimes(s_own, new(1), areIndependent: true);
        Report(ofSplits, 0, s_second | s_third, s_idle);
        Assert.Equal((30, false), (ofSplits.With(At(30)).Watermark, ofSplits.With(At(30)).IsIdle));
        Assert.True(ofSplits.With(s_idle).IsIdle);

        var ofAll = new RemoteTimes(s_own, new(1), areIndependent: false);
        Report(ofAll, 0, s_second | s_third, s_idle);
        Assert.Equal(5, ofAll.With(At(30)).Watermark);
    }

    [Fact]
    public void Time_ends_when_it_has_ended_in_all_processes()
    {
        var times = new RemoteTimes(s_own, new(1), areIndependent: true);
        Report(times, 0, s_second, At(long.MaxValue));
        Report(times, 0, s_third, At(7));
        Assert.Equal(7, times.With(At(long.MaxValue)).Watermark);
        Report(times, 0, s_third, At(long.MaxValue));

        Assert.Equal(long.MaxValue, times.With(At(long.MaxValue)).Watermark);
        Assert.Equal(30, times.With(At(30)).Watermark);
    }

    [Fact]
    public void A_report_tells_idle_time_by_the_wall_clock()
    {
        var (sender, receiver) = (new SimulatedClock(), new SimulatedClock());
        sender.Advance(TimeSpan.FromMinutes(7));
        receiver.Advance(sender.GetUtcNow() - receiver.GetUtcNow()); // the same wall clock; timestamps of their own
        var idleness = Idleness.Since(1000, newest: 1005, sender, sender.GetTimestamp());
        sender.Advance(TimeSpan.FromSeconds(1));
        receiver.Advance(TimeSpan.FromSeconds(1));

        var report = Crossing(s_second, new(1000, idleness), sender, receiver);

        Assert.Equal((s_second, 1000, true, 1010), (report.Origins, report.Time.Watermark, report.Time.IsIdle, report.NewestAtEnd));
        Assert.Equal([7, long.MaxValue], report.Oldest);
        Assert.Equal(2000, report.Time.Idleness.TimeAt(receiver));
        Assert.Equal(1005, report.Time.Idleness.Newest);
    }

    private static InputTime At(long watermark) => new(watermark, default);

    private static void Report(RemoteTimes times, int partition, ShardSet origins, InputTime time)
        => times.Take(partition, new TimeReport(origins, time, long.MinValue, []));

    private static TimeReport Crossing(ShardSet origins, InputTime time, TimeProvider sender, TimeProvider receiver)
    {
        using var records = new RecordBuffer();
        new TimeReport(origins, time, NewestAtEnd: 1010, Oldest: [7, long.MaxValue]).AppendTo(records, sender);
        using var all = records.GetEnumerator();
        Assert.True(all.MoveNext());
        Assert.False(all.Current.HasKey);
        return TimeReport.Read(all.Current, receiver);
    }
}
