using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Tests;

/// <summary>A pipeline that serves features of pings, driven by hand.</summary>
internal sealed class DrivenFeatures<TRequest> : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly Func<KeyedStream<string, Ping>, FeatureService<TRequest>> _features;
    private readonly ErrorPolicy _onError;
    private readonly long _latenessMs;
    private readonly int _partitions;
    private FeatureService<TRequest> _service = null!;

    public DrivenFeatures(
        Func<KeyedStream<string, Ping>, FeatureService<TRequest>> features, long latenessMs = 0, int workers = 1,
        ErrorPolicy? onError = null,
        int partitions = 1)
    {
        _partitions = partitions;
        _features = features;
        _latenessMs = latenessMs;
        _onError = onError ?? ErrorPolicy.Stop;
        Feed();
        Job = Start(workers);
    }

    public SimulatedJob Job { get; private set; }

    public LogStore Log => _log;

    public Pipeline Pipeline { get; private set; } = null!;

    public void Feed(params Ping[] pings) => FeedTo(0, pings);

    public void FeedTo(int partition, params Ping[] pings)
    {
        _log.Append("pings", pings, partition, _partitions);
        Job?.RunUntilIdle();
    }

    public FeatureVector Read(TRequest request, long atMs, FeatureVector? reuse = null)
        => Job.Ask(job => Task.FromResult(job.Read(_service).Read(request, DateTimeOffset.FromUnixTimeMilliseconds(atMs), reuse)));

    public IReadOnlyList<long> LateEvents() => Job.Ask(job => Task.FromResult(job.Read(_service).LateEvents));

    public void Restart(int workers)
    {
        Job.Checkpoint();
        Job.Close();
        Job = Start(workers);
        Job.RunUntilIdle();
    }

    public void Dispose()
    {
        Job.Close();
        _log.Dispose();
    }

    private SimulatedJob Start(int workers)
    {
        Pipeline = new Pipeline("served") { OnError = _onError };
        _service = _features(
            Pipeline.From(Topic.Of<Ping>("pings")).WithEventTime(ping => ping.TimeMs, TimeSpan.FromMilliseconds(_latenessMs))
            .KeyBy(ping => ping.Entity)).Serve();
        return SimulatedJob.Start(Pipeline, _log, workers);
    }
}
