using Dataflow.Features;

namespace Dataflow;

/// <summary>Reads the features of a running job. From any thread.</summary>
/// <remarks>
/// The worker that owns an entity answers between two batches of records: all features of a request that one worker owns are of one
/// moment, and the <see cref="FeatureVector.Cut"/> says which. A read sees what the job has computed, of which the part after the last
/// checkpoint is computed again after a crash. It does not see events of its time and later. A read of a time
/// that the watermark has passed is answered as of the watermark, which the cut says: what was before is no longer told apart.
/// </remarks>
public sealed class FeatureReader<TRequest>
{
    private readonly Job _job;
    private readonly FeatureService<TRequest> _service;

    internal FeatureReader(Job job, FeatureService<TRequest> service)
    {
        _job = job;
        _service = service;
    }

    /// <summary>The features of one request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="at">Of which time; now, by the job's clock, unless given.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The job has ended, or <paramref name="stop"/> was triggered.</exception>
    public async ValueTask<FeatureVector> ReadAsync(TRequest request, DateTimeOffset? at = null, CancellationToken stop = default)
        => (await ReadAsync([request], at, stop).ConfigureAwait(false))[0];

    /// <summary>The features of many requests, in their order; each worker is asked once for each view that depends on others,
    /// and once for all the rest.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="at">Of which time; now, by the job's clock, unless given.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The job has ended, or <paramref name="stop"/> was triggered.</exception>
    public async ValueTask<IReadOnlyList<FeatureVector>> ReadAsync(
        IReadOnlyList<TRequest> requests, DateTimeOffset? at = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var atMs = (at ?? _job.Time.GetUtcNow()).ToUnixTimeMilliseconds();
        var values = new FeatureValue[requests.Count][];
        var vectors = new FeatureVector[requests.Count];
        for (var i = 0; i < vectors.Length; i++)
        {
            values[i] = new FeatureValue[_service.Features.Count];
            vectors[i] = new FeatureVector(_service.Names, values[i], new FeaturePosition[_service.Views]);
        }

        var questions = new List<ViewQuestion>();
        foreach (var step in _service.Steps)
        {
            if (!step.IsIndependent) await AskAsync(questions, stop).ConfigureAwait(false);
            for (var i = 0; i < vectors.Length; i++)
            {
                if (step.Ask(requests[i], vectors[i], atMs, values[i]) is { } question) questions.Add(question);
                else step.Compute(requests[i], vectors[i], values[i]);
            }
        }

        await AskAsync(questions, stop).ConfigureAwait(false);
        return vectors;
    }

    private async ValueTask AskAsync(List<ViewQuestion> questions, CancellationToken stop)
    {
        if (questions.Count == 0) return;
        var workers = _job.Workers.Count;
        var asked = questions.ToLookup(question => question.WorkerOf(workers)).Select(ofWorker => _job.Workers[ofWorker.Key].AskAsync(
            tasks =>
            {
                foreach (var question in ofWorker) question.Answer(tasks);
                return true;
            },
            stop));
        await Task.WhenAll(asked).ConfigureAwait(false);
        questions.Clear();
    }
}

/// <summary>Reads the features of a running job.</summary>
public static class ReadFeaturesStep
{
    extension(Job job)
    {
        /// <summary>Opens a feature service for reading.</summary>
        /// <param name="service">A service of the job's pipeline, whose <c>Serve</c> was called before the start.</param>
        public FeatureReader<TRequest> Read<TRequest>(FeatureService<TRequest> service)
        {
            ArgumentNullException.ThrowIfNull(job);
            ArgumentNullException.ThrowIfNull(service);
            return new FeatureReader<TRequest>(job, service);
        }
    }
}
