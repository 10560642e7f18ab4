namespace Dataflow.Features;

/// <summary>Reads the features of a running job, without delay and from any thread.</summary>
/// <remarks>A read looks at the workers that own its entities between two of their records, at one moment: <see cref="FeatureVector.Cut"/>
/// says which events each view had then. It sees the job's current results; those since the last checkpoint are computed again after a
/// crash. It does not see events of its time and later. A read of a time that the watermark has passed is answered as of the watermark,
/// which the cut says: earlier times can no longer be distinguished. Where several processes share the pipeline, each has the features of
/// some entities.</remarks>
public sealed class FeatureReader<TRequest>
{
    private readonly Job _job;
    private readonly FeatureService<TRequest> _service;
    private readonly int _independent; // the number of first steps that need no features of other steps

    private Opened _opened;

    internal FeatureReader(Job job, FeatureService<TRequest> service)
    {
        _job = job;
        _service = service;
        _opened = new(job, service);
        _independent = service.Steps.TakeWhile(static step => step.IsIndependent).Count();
    }

    /// <summary>The number of events of each view, in the order of the service, that came behind the watermark and were added all the same,
    /// since the job started. Events that were too old for that are the view's late records in <see cref="Job.Status"/>.</summary>
    public IReadOnlyList<long> LateEvents => [.. Now.Views.OfType<ViewReader<TRequest>>().Select(static view => view.TakenLate)];

    /// <summary>Reads the features of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="at">The time to read as of; the current time of the job's clock unless given.</param>
    /// <param name="reuse">An answer to an earlier request, which is not used any more: it becomes the answer to this one, so that nothing
    /// is allocated. Without it, garbage collections delay the slowest hundredth of reads.</param>
    /// <exception cref="ArgumentException"><paramref name="reuse"/> belongs to another service.</exception>
    /// <exception cref="KeyElsewhereException">Another process that shares the pipeline has an entity of the request.</exception>
    /// <exception cref="OperationCanceledException">The job has ended.</exception>
    public FeatureVector Read(TRequest request, DateTimeOffset? at = null, FeatureVector? reuse = null)
    {
        var now = Now;
        now.Gates[0].ThrowIfClosed();
        var atMs = (at ?? now.Time.GetUtcNow()).ToUnixTimeMilliseconds();
        var row = reuse is null ? new FeatureVector(_service.Names) : reuse.Emptied(_service.Names);
        ReadAtOnce(now, request, row, atMs, row.Places, 0, _independent);
        for (var step = _independent; step < now.Views.Length; step++) ReadDependent(now, request, row, atMs, step);
        return row;
    }

    /// <summary>Reads the current features of several requests; where the user's code fails for one of them,
    /// <see cref="FeatureVector.Failures"/> has the error, and its other features are read all the same.</summary>
    /// <param name="requests">The requests.</param>
    /// <exception cref="KeyElsewhereException">Another process that shares the pipeline has an entity of the requests.</exception>
    /// <exception cref="OperationCanceledException">The job has ended.</exception>
    public IReadOnlyList<FeatureVector> ReadWithFailures(IReadOnlyList<TRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var now = Now;
        now.Gates[0].ThrowIfClosed();
        var atMs = now.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var vectors = new FeatureVector[requests.Count];
        for (var i = 0; i < vectors.Length; i++) vectors[i] = ReadWhole(now, requests[i], atMs);
        return vectors;
    }

    /// <summary>Reads the features of several requests, all as of one time, in the order of the requests. Each request is read at a moment
    /// of its own.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="at">The time to read as of; the current time of the job's clock unless given.</param>
    /// <exception cref="KeyElsewhereException">Another process that shares the pipeline has an entity of the requests.</exception>
    /// <exception cref="OperationCanceledException">The job has ended.</exception>
    public IReadOnlyList<FeatureVector> Read(IReadOnlyList<TRequest> requests, DateTimeOffset? at = null)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var time = at ?? _opened.Time.GetUtcNow();
        var vectors = new FeatureVector[requests.Count];
        for (var i = 0; i < vectors.Length; i++) vectors[i] = Read(requests[i], time);
        return vectors;
    }

    /// <summary>The views of the job's current run; a restart opens them anew.</summary>
    private Opened Now => _opened.Gates[0].IsClosed ? _opened = new(_job, _service) : _opened;

    private FeatureVector ReadWhole(Opened now, TRequest request, long atMs)
    {
        var row = new FeatureVector(_service.Names);
        ReadAtOnce(now, request, row, atMs, row.Places, 0, _independent);
        for (var step = _independent; step < now.Views.Length; step++)
        {
            try
            {
                ReadDependent(now, request, row, atMs, step);
            }
            catch (Exception error) when (error is not (OperationCanceledException or KeyElsewhereException))
            {
                row.Fail(_service.Steps[step].Slots, error);
            }
        }

        return row;
    }

    private void ReadDependent(Opened now, TRequest request, FeatureVector row, long atMs, int step)
    {
        if (now.Views[step] is not null) ReadAtOnce(now, request, row, atMs, row.Places, step, step + 1);
        else _service.Steps[step].Compute(request, row, row.Places);
    }

    /// <summary>Reads some views at one moment: enters the gates of their workers, in the same order as all readers.</summary>
    private static void ReadAtOnce(Opened now, TRequest request, FeatureVector row, long at, FeatureValue[] values, int from, int to)
    {
        ulong owners = 0;
        for (var step = from; step < to; step++) owners |= 1UL << now.Views[step]!.WorkerOf(request, row); // there are at most 64 workers
        var entered = 0;
        try
        {
            for (; entered < now.Gates.Length; entered++)
            {
                if ((owners >> entered & 1) != 0) now.Gates[entered].Enter();
            }

            for (var step = from; step < to; step++) now.Views[step]!.Read(request, row, at, values);
        }
        finally
        {
            while (--entered >= 0)
            {
                if ((owners >> entered & 1) != 0) now.Gates[entered].Exit();
            }
        }
    }

    private sealed class Opened
    {
        public Opened(Job job, FeatureService<TRequest> service)
        {
            Views = [.. service.Steps.Select(step => step.Open(job))];
            var view = Views.OfType<ViewReader<TRequest>>().First();
            (Gates, Time) = ([.. view.Gates], view.Time);
        }

        public ViewReader<TRequest>?[] Views { get; } // by step

        public ReadGate[] Gates { get; } // by worker; one for all views

        public TimeProvider Time { get; }
    }
}

static partial class FeatureVerbs
{
    extension(Job job)
    {
        /// <summary>Opens a feature service for reading.</summary>
        /// <param name="service">A service of the job's pipeline, whose <c>Serve</c> was called before the start.</param>
        /// <exception cref="InvalidOperationException"><c>Serve</c> was not called.</exception>
        /// <example><code>
        /// var reader = job.Read(advice);
        /// while (reader.Read("ada", at: Shop.At(90))["item"].EventTime != Shop.At(50)) await Task.Delay(1);
        /// foreach (var customer in new[] { "ada", "bob" })
        /// {
        ///     var answer = reader.Read(customer, at: Shop.At(90));
        ///     foreach (var name in answer.Names) Console.WriteLine($"{customer} {name}: {answer[name]}");
        /// }
        /// </code></example>
        public FeatureReader<TRequest> Read<TRequest>(FeatureService<TRequest> service)
        {
            ArgumentNullException.ThrowIfNull(job);
            ArgumentNullException.ThrowIfNull(service);
            return new FeatureReader<TRequest>(job, service);
        }
    }
}
