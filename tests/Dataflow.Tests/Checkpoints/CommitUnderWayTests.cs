using Dataflow.Log;

namespace Dataflow.Tests.Checkpoints;

/// <summary>A job that ends while its commit is on the way to the disk waits for it: another may start at once.</summary>
public class CommitUnderWayTests
{
    [Fact]
    public async Task A_job_does_not_end_before_the_commit_that_is_under_way()
    {
        var stop = TestContext.Current.CancellationToken;
        var scheduler = new HoldingScheduler();
        await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory, CommitScheduler = scheduler });
        log.Append("numbers", Enumerable.Range(0, 1000));
        var pipeline = new Pipeline("ending");
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x % 10).Aggregate(a => a.Count(), (_, n) => n).Changes()
            .To(Sink.Memory<Change<long>>());
        var job = await pipeline.StartAsync(
            new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(1) }, stop);

        await scheduler.HoldAsync(stop);
        var ended = job.DisposeAsync().AsTask();
        await Task.WhenAny(ended, Task.Delay(100, stop));
        Assert.False(ended.IsCompleted);

        scheduler.Release();
        await ended.WaitAsync(TimeSpan.FromSeconds(30), stop);
    }

    /// <summary>Runs tasks on the thread pool; from a moment on it keeps them.</summary>
    private sealed class HoldingScheduler : TaskScheduler
    {
        private readonly Lock _gate = new();
        private readonly Queue<Task> _held = new();
        private readonly TaskCompletionSource _holdsOne = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _holds;

        /// <summary>Keeps what comes; completes once something has.</summary>
        public Task HoldAsync(CancellationToken cancellationToken)
        {
            lock (_gate) _holds = true;
            return _holdsOne.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        }

        public void Release()
        {
            lock (_gate)
            {
                _holds = false;
                while (_held.TryDequeue(out var task)) Run(task);
            }
        }

        protected override void QueueTask(Task task)
        {
            lock (_gate)
            {
                if (!_holds)
                {
                    Run(task);
                    return;
                }

                _held.Enqueue(task);
            }

            _holdsOne.TrySetResult();
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];

        private void Run(Task task) => ThreadPool.QueueUserWorkItem(_ => TryExecuteTask(task));
    }
}
