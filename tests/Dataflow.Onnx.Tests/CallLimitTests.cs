using Dataflow.Onnx.Inference;

namespace Dataflow.Onnx.Tests;

/// <summary>A call's time, by a timer whose clock is not quite the other one.</summary>
public sealed class CallLimitTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_timer_that_comes_early_is_set_again_and_the_call_ends_all_the_same()
    {
        using var time = new CoarseTime();
        using var limit = new CallLimit(s_timeout, time);
        limit.Begin();
        Assert.Equal(s_timeout, time.Due);

        time.Fire(after: TimeSpan.FromMilliseconds(49.7));
        Assert.False(limit.Options.Terminate);
        Assert.Equal(TimeSpan.FromMilliseconds(1), time.Due);

        time.Fire(after: TimeSpan.FromMilliseconds(1));
        Assert.True(limit.Options.Terminate);
        Assert.False(limit.TryFinish());
    }

    [Fact]
    public void A_timer_of_an_earlier_call_ends_no_later_one()
    {
        using var time = new CoarseTime();
        using var limit = new CallLimit(s_timeout, time);
        limit.Begin();
        Assert.True(limit.TryFinish());
        time.Fire(after: TimeSpan.FromMilliseconds(50)); // nothing runs
        limit.Begin();
        time.Fire(after: TimeSpan.FromMilliseconds(10));

        Assert.False(limit.Options.Terminate);
        Assert.Equal(TimeSpan.FromMilliseconds(40), time.Due);
        Assert.True(limit.TryFinish());
    }

    /// <summary>Time that the test moves, with one timer that fires when it says.</summary>
    private sealed class CoarseTime : TimeProvider, ITimer
    {
        private Action _fire = () => { };
        private long _ticks;

        public TimeSpan Due { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Fire(TimeSpan after)
        {
            _ticks += after.Ticks;
            _fire();
        }

        public override long GetTimestamp() => _ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
