using System.Threading.Channels;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Connectors;

public sealed class ChannelSourceTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly MemorySink<int> _results = Sink.Memory<int>();
    private readonly Channel<int> _channel = Channel.CreateUnbounded<int>();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Reads_all_in_order_until_the_channel_is_completed(int workers)
    {
        await using var job = await Copies(_channel).StartAsync(new JobOptions { Log = _log, Workers = workers }, Cancelled);
        for (var i = 0; i < 5000; i++) _channel.Writer.TryWrite(i);
        Assert.False(job.Completion.IsCompleted);
        _channel.Writer.Complete();
        await job.Completion.WaitAsync(Bound, Cancelled);

        Assert.Equal(Enumerable.Range(0, 5000), _results.Committed);
        Assert.Equal(JobState.Finished, job.State);
    }

    [Fact]
    public async Task Wakes_a_job_that_waits_for_each_record()
    {
        await using var job = await Copies(_channel).StartAsync(Often, Cancelled);
        for (var i = 0; i < 5; i++)
        {
            _channel.Writer.TryWrite(i);
            await UntilAsync(() => _results.Committed.Count == i + 1);
        }

        await job.StopAsync(Cancelled).WaitAsync(Bound, Cancelled);
        Assert.Equal(JobState.Stopped, job.State);
    }

    [Fact]
    public void Takes_no_more_than_the_job_has_room_for()
    {
        var channel = Channel.CreateBounded<int>(10);
        for (var i = 0; i < 10; i++) Assert.True(channel.Writer.TryWrite(i));
        var job = SimulatedJob.Start(Copies(channel), _log, with: options => options with { ReadRecords = 4 });
        Assert.False(channel.Writer.TryWrite(10));

        while (job.Status.RecordsRead < 4) job.Step();

        Assert.InRange(channel.Reader.Count, 2, 6);
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_restart_in_the_process_loses_nothing_and_repeats_nothing(int workers)
    {
        for (var steps = 0; steps < 60; steps += 3)
        {
            var (channel, results) = (Channel.CreateUnbounded<int>(), Sink.Memory<int>());
            using var log = SimulatedJob.OpenLog();
            var pipeline = new Pipeline("copies");
            pipeline.From(Source.Channel(channel.Reader)).To(results);
            for (var i = 0; i < 300; i++) channel.Writer.TryWrite(i);
            var job = Start();
            for (var step = 0; step < steps; step++) job.Step();
            job.Close();
            for (var i = 300; i < 400; i++) channel.Writer.TryWrite(i);
            channel.Writer.Complete();

            Start().Run();

            Assert.Equal(Enumerable.Range(0, 400), results.Committed);

            SimulatedJob Start() => SimulatedJob.Start(
                pipeline, log, workers, seed: steps, checkpointInterval: TimeSpan.FromMilliseconds(3),
                with: options => options with { LongestTurn = TimeSpan.FromTicks(-1) });
        }
    }

    [Fact]
    public async Task A_restart_after_an_error_that_may_pass_loses_nothing()
    {
        var attempts = 0;
        var pipeline = new Pipeline("restarts");
        pipeline.From(Source.Channel(_channel.Reader))
            .Select(x => x == 700 && attempts++ < 2 ? throw new DataflowException("Busy.") { IsTransient = true } : x).To(_results);
        for (var i = 0; i < 1000; i++) _channel.Writer.TryWrite(i);
        _channel.Writer.Complete();
        await pipeline.RunAsync(Often with { Restarts = RestartPolicy.ExponentialDelay(2, TimeSpan.Zero) }, Cancelled)
            .WaitAsync(Bound, Cancelled);

        Assert.Equal(Enumerable.Range(0, 1000), _results.Committed);
        Assert.Equal(3, attempts);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(40)]
    public void Another_process_goes_on_with_its_own_channel_and_skips_none_of_its_records(int steps)
    {
        for (var i = 0; i < 100; i++) _channel.Writer.TryWrite(i);
        var job = SimulatedJob.Start(
            Copies(_channel), _log, with: options => options with { LongestTurn = TimeSpan.FromTicks(-1) });
        for (var step = 0; step < steps; step++) job.Step();
        job.Checkpoint(); // in the middle of a read
        job.Close();

        var (channel, results) = (Channel.CreateUnbounded<int>(), Sink.Memory<int>());
        for (var i = 0; i < 50; i++) channel.Writer.TryWrite(1000 + i);
        channel.Writer.Complete();
        var pipeline = new Pipeline("copies");
        pipeline.From(Source.Channel(channel.Reader)).To(results);
        SimulatedJob.Start(pipeline, _log).Run();

        Assert.Equal(Enumerable.Range(1000, 50), results.Committed);
    }

    [Fact]
    public void Forgets_the_records_that_a_checkpoint_covers()
    {
        var source = new ChannelSource<int>("numbers", _channel.Reader);
        var pipeline = new Pipeline("copies");
        pipeline.From(source).To(_results);
        for (var i = 0; i < 10; i++) _channel.Writer.TryWrite(i);
        var job = SimulatedJob.Start(pipeline, _log, with: options => options with { ReadRecords = 4 });
        while (job.Status.RecordsRead < 4) job.Step();
        Assert.True(source.TryGet(0, out var first));
        Assert.Equal((0, 6), (first, job.Status.Lag));

        job.Checkpoint();

        Assert.Throws<ArgumentOutOfRangeException>(() => source.TryGet(0, out _));
        job.Close();
    }

    [Fact]
    public async Task A_channel_completed_with_an_exception_fails_the_job_with_the_name_of_the_source()
    {
        await using var job = await Copies(_channel).StartAsync(Often, Cancelled);
        _channel.Writer.TryWrite(1);
        _channel.Writer.Complete(new InvalidOperationException("the feed is gone"));

        var error = await Assert.ThrowsAsync<OperatorException>(() => job.Completion.WaitAsync(Bound, Cancelled));

        Assert.StartsWith("Source 'channel' failed on channel@1: the feed is gone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_jobs_cannot_read_one_source_at_once()
    {
        var source = Source.Channel(_channel.Reader);
        var (first, second) = (new Pipeline("first"), new Pipeline("second"));
        first.From(source).To(Sink.Memory<int>());
        second.From(source).To(Sink.Memory<int>());
        var job = SimulatedJob.Start(first, _log);

        Assert.Contains(
            "Source 'channel': another job reads it", Assert.Throws<ConnectorException>(() => SimulatedJob.Start(second, _log)).Message,
            StringComparison.Ordinal);
        job.Close();
        SimulatedJob.Start(second, _log).Close();
    }

    [Fact]
    public void A_record_on_which_a_step_fails_becomes_a_dead_letter_once_also_over_a_restart()
    {
        var pipeline = new Pipeline("letters") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Source.Channel(_channel.Reader)).Select(x => 100 / (x - 2)).To(_results);
        for (var i = 0; i < 4; i++) _channel.Writer.TryWrite(i);
        var job = SimulatedJob.Start(pipeline, _log);
        job.RunUntilIdle();
        job.Close(); // without a checkpoint
        _channel.Writer.Complete();
        SimulatedJob.Start(pipeline, _log).Run();

        Assert.Equal([-50, -100, 100], _results.Committed);
        var letter = Assert.Single(Topic.Of<DeadLetter>("letters.dead-letters").ReadAll(_log));
        Assert.Equal(("channel", 2), (letter.Source, letter.Position));
    }

    [Fact]
    public async Task A_quiet_channel_holds_no_window_of_another_source_open()
    {
        _log.Append("times", Enumerable.Range(0, 100).Select(static second => second * 1000L));
        var pipeline = new Pipeline("quiet");
        var ticks = pipeline.From(Topic.Of<long>("times"));
        ticks.Union(pipeline.From(Source.Channel(Channel.CreateUnbounded<long>().Reader)))
            .WithEventTime(static ms => ms, idleAfter: TimeSpan.FromMilliseconds(20))
            .KeyBy(static _ => 0).Window(Tumbling.Every(TimeSpan.FromSeconds(10))).Aggregate(a => a.Count(), (_, _, count) => (int)count)
            .To(_results);
        await using var job = await pipeline.StartAsync(Often, Cancelled);

        await UntilAsync(() => _results.Committed.Count >= 9);
    }

    [Fact]
    public void Says_its_guarantee_in_the_plan_and_is_not_shared_by_processes()
    {
        var explanation = Copies(_channel).Explain();

        Assert.Contains(
            "channel (at most once after a crash of the process, exactly once after a restart in it)", explanation.ToString(),
            StringComparison.Ordinal);
        Assert.Contains("source 'channel' is not known to be the same for every process", explanation.ReasonsNotToShare);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private JobOptions Often => new() { Log = _log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(5) };

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var bound = new CancellationTokenSource(Bound);
        while (!isSo()) await Task.Delay(1, bound.Token);
    }

    private Pipeline Copies(Channel<int> channel)
    {
        var pipeline = new Pipeline("copies");
        pipeline.From(Source.Channel(channel.Reader)).To(_results);
        return pipeline;
    }
}
