namespace Dataflow.Testing.Tests;

public class SimulatedClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SimulatedClock _clock = new();
    private readonly List<(string Timer, TimeSpan At)> _fired = [];

    [Fact]
    public void Timers_fire_in_the_order_of_their_moments_each_at_its_own()
    {
        Set("second", 2);
        Set("first", 1);
        Set("never", 5);

        _clock.Advance(4 * Second);

        Assert.Equal([("first", Second), ("second", 2 * Second)], _fired);
    }

    [Fact]
    public void A_timer_with_a_period_fires_again_and_again_until_disposed()
    {
        using (Set("tick", 1, every: 2)) _clock.Advance(6 * Second);
        _clock.Advance(9 * Second);

        Assert.Equal([Second, 3 * Second, 5 * Second], _fired.Select(timer => timer.At));
    }

    [Fact]
    public void A_timer_may_be_changed_and_may_set_others_while_it_fires()
    {
        var start = _clock.GetUtcNow();
        var late = Set("late", 9);
        _clock.CreateTimer(_ => late.Change(Second, Timeout.InfiniteTimeSpan), null, Second, Timeout.InfiniteTimeSpan);

        _clock.Advance(3 * Second);

        Assert.Equal([("late", 2 * Second)], _fired);
        Assert.Equal(start + (3 * Second), _clock.GetUtcNow());
    }

    [Fact]
    public async Task Delays_and_time_limits_go_by_it()
    {
        var delay = Task.Delay(2 * Second, _clock, TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(Second, _clock);

        _clock.Advance(Second);
        Assert.True(limit.IsCancellationRequested);
        Assert.False(delay.IsCompleted);
        _clock.Advance(Second);
        await delay;
    }

    private ITimer Set(string name, int dueSeconds, int every = 0)
    {
        var start = _clock.GetUtcNow();
        return _clock.CreateTimer(
            _ => _fired.Add((name, _clock.GetUtcNow() - start)), null, dueSeconds * Second,
            every == 0 ? Timeout.InfiniteTimeSpan : every * Second);
    }
}
