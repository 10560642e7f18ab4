using System.Diagnostics.Metrics;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>Checkpoints that were begun and not completed are counted over restarts, with the last reason.</summary>
public sealed class FailedCheckpointTests : IDisposable
{
    private static readonly RestartPolicy s_restarts = RestartPolicy.ExponentialDelay(5, TimeSpan.FromMilliseconds(1));

    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task An_error_of_a_sink_fails_the_checkpoint_and_the_count_stays_over_restarts()
    {
        var pipeline = new Pipeline("failing");
        pipeline.From(Topic.Of<int>("numbers", partitions: 1)).To(new FailingSink(failures: 2));
        await using var job = await pipeline.StartAsync(
            new JobOptions { Log = _log, Workers = 1, CheckpointInterval = TimeSpan.FromMilliseconds(5), Restarts = s_restarts }, Stop);
        while (job.Status.Checkpoints.Count == 0) await Task.Delay(1, Stop);

        var found = job.Status.Checkpoints;
        Assert.Equal((2, 2), (found.Failed, job.Status.Restarts));
        Assert.StartsWith("Checkpoint 1: Step 'failing' failed", found.LastFailure, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", found.LastFailure, StringComparison.Ordinal);
        Assert.Equal(2, Measured());
    }

    [Fact]
    public async Task An_error_between_two_checkpoints_fails_none()
    {
        _log.Append("numbers", [1]);
        var failures = 2;
        var pipeline = new Pipeline("failing");
        var results = Topic.Of<int>("results", partitions: 1);
        pipeline.From(Topic.Of<int>("numbers", partitions: 1))
            .Select(number => failures-- > 0 ? throw new DataflowException("secret") { IsTransient = true } : number).To(results);
        await using var job = await pipeline.StartAsync(
            new JobOptions { Log = _log, Workers = 1, CheckpointInterval = TimeSpan.FromHours(1), Restarts = s_restarts }, Stop);
        while (job.Status is not { Restarts: 2, RecordsRead: 1 }) await Task.Delay(1, Stop);
        await job.StopAsync(Stop);

        Assert.Equal((0, null), (job.Status.Checkpoints.Failed, job.Status.Checkpoints.LastFailure));
    }

    private static long Measured()
    {
        var measured = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "dataflow.checkpoints.failed" && instrument.Meter.Tags!.Any(static tag => tag.Value is "failing"))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => measured += value);
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    private sealed class FailingSink(int failures) : Sink<int>
    {
        private int _left = failures;

        public override string Name => "failing";

        public override string Guarantee => "none";

        public override SinkWriter<int> Open(ReadOnlyMemory<byte> state, SinkContext context) => new Writer(this);

        private sealed class Writer(FailingSink sink) : SinkWriter<int>
        {
            public override void Write(in Record<int> record)
            {
            }

            public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
                => sink._left-- > 0 ? throw new DataflowException("secret") { IsTransient = true } : default;
        }
    }
}
