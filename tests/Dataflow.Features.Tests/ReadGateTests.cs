using Dataflow.Log;
using Dataflow.Tests;

namespace Dataflow.Features.Tests;

/// <summary>Who may look at what a worker keeps, and when.</summary>
public sealed class ReadGateTests : IAsyncLifetime
{
    private const int Readers = 3;
    private const int Reads = 2000;

    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
    private readonly ManualResetEventSlim _mayGoOn = new(true);
    private readonly ManualResetEventSlim _isInRecord = new();
    private ReadGate _gate = null!;
    private Job _job = null!;
    private int _reads; // only touched by who has the gate

    public async ValueTask InitializeAsync()
    {
        await _log.CreateTopicAsync("numbers", 1);
        var pipeline = new Pipeline("gates");
        pipeline.From(Topic.Of<int>("numbers")).Select(WaitIn).To(Sink.Memory<int>());
        _job = await pipeline.StartAsync(new JobOptions { Log = _log, Workers = 1 });
        _gate = new ReadGate(_job.Current.Stopping);
    }

    public async ValueTask DisposeAsync()
    {
        _mayGoOn.Set();
        await _job.DisposeAsync();
        await _log.DisposeAsync();
        _mayGoOn.Dispose();
        _isInRecord.Dispose();
    }

    [Fact]
    public async Task One_reader_comes_in_between_two_records_and_none_meanwhile()
    {
        Assert.True(_gate.TryKeep());
        Assert.False(_gate.TryKeep());
        var readers = Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => Task.Factory.StartNew(Read, TaskCreationOptions.LongRunning)));

        var seen = 0;
        while (seen < Readers * Reads && !readers.IsFaulted)
        {
            _gate.LetIn();
            var reads = Volatile.Read(ref _reads);
            Assert.InRange(reads, seen, seen + 1);
            seen = reads;
            Thread.SpinWait(5); // the record
            Assert.Equal(seen, Volatile.Read(ref _reads));
        }

        await readers;
        _gate.GiveUp();
    }

    [Fact]
    public async Task Between_two_batches_readers_come_and_go_and_the_worker_has_its_turn()
    {
        var readers = Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => Task.Factory.StartNew(Read, TaskCreationOptions.LongRunning)));
        for (var batch = 0; batch < Reads; batch++)
        {
            Assert.True(_gate.TryKeep());
            var seen = Volatile.Read(ref _reads);
            Thread.SpinWait(5);
            Assert.Equal(seen, Volatile.Read(ref _reads));
            _gate.GiveUp();
        }

        await readers;
        Assert.Equal(Readers * Reads, _reads);
    }

    [Fact]
    public async Task Who_waits_for_a_worker_that_is_gone_learns_that_the_job_has_ended()
    {
        Assert.True(_gate.TryKeep());
        await _job.CancelAsync();

        Assert.Throws<OperationCanceledException>(() => _gate.Enter());
        Assert.False(_gate.IsAwaited);
    }

    [Fact]
    public async Task Who_waits_does_not_wait_for_the_threads_of_a_job_that_ends()
    {
        _mayGoOn.Reset();
        _log.Append("numbers", [1]);
        _isInRecord.Wait(TestContext.Current.CancellationToken); // a thread that cannot end now, as one that waits for this reader
        Assert.True(_gate.TryKeep());
        var ending = _job.CancelAsync();

        var reader = Task.Factory.StartNew(() => _gate.Enter(), TaskCreationOptions.LongRunning);
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => reader.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        Assert.False(ending.IsCompleted);
        _mayGoOn.Set();
        await ending;
    }

    private int WaitIn(int number)
    {
        _isInRecord.Set();
        _mayGoOn.Wait();
        return number;
    }

    private void Read()
    {
        for (var i = 0; i < Reads; i++)
        {
            _gate.Enter();
            _reads++;
            _gate.Exit();
        }
    }
}
