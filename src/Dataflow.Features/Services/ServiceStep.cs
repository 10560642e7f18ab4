using Dataflow.Features.Panes;

namespace Dataflow.Features;

/// <summary>One part of the answer to a service's request.</summary>
internal abstract class ServiceStep<TRequest>
{
    /// <summary>Whether it needs no features of earlier steps.</summary>
    public virtual bool IsIndependent => false;

    public virtual bool ReadsView => false;

    /// <summary>The places of its features among the values.</summary>
    public abstract IReadOnlyList<int> Slots { get; }

    public virtual void Serve()
    {
    }

    /// <summary>Opens the reader of a view in a running job; null if the step reads none.</summary>
    public virtual ViewReader<TRequest>? Open(Job job) => null;

    /// <summary>Reads the features of some entities as of the watermark; none if the step reads no view.</summary>
    public virtual IEnumerable<FeaturePosition> Sample(Job job, int max, FeatureValue[] values) => [];

    /// <summary>Computes the features that need no view.</summary>
    public virtual void Compute(TRequest request, FeatureVector row, FeatureValue[] values)
    {
    }

    public abstract Stream<FeatureRow<TLabel>> AddAsOf<TLabel>(
        Stream<FeatureRow<TLabel>> rows, FeatureService<TRequest> service, Func<TLabel, TRequest> request);

    public virtual Stream<FeatureRow<TLabel>> AddAsKnown<TLabel>(
        Stream<FeatureRow<TLabel>> rows, FeatureService<TRequest> service, Func<TLabel, TRequest> request)
        => throw new NotSupportedException();
}

/// <summary>Reads features of a view.</summary>
internal sealed class ViewStep<TRequest, TKey>(
    string service, FeatureView<TKey> view, Func<TRequest, FeatureVector, TKey> key, ViewPart part, bool isIndependent)
    : ServiceStep<TRequest>
    where TKey : notnull
{
    private readonly string _name = $"{service}-{part.Number + 1}-{view.Name}";

    public override bool IsIndependent => isIndependent;

    public override bool ReadsView => true;

    public override IReadOnlyList<int> Slots => part.Slots;

    public override void Serve() => view.Serve();

    public override ViewReader<TRequest> Open(Job job)
    {
        var serving = view.Serving ?? throw new InvalidOperationException(
            $"View '{view.Name}' of service '{service}' is not served. Call Serve() on the service before the job starts.");
        return job.StepsOf<IReadsFeatures<TKey>>(serving) is { Count: > 0 } workers
            ? new ViewReader<TRequest, TKey>([.. workers], key, part)
            : throw new InvalidOperationException(
                $"View '{serving.Name}' belongs to another pipeline than the job, or was served after the job had started.");
    }

    /// <summary>Returns the position of each of some entities; until the next is asked for, its features are in the values.</summary>
    public override IEnumerable<FeaturePosition> Sample(Job job, int max, FeatureValue[] values)
    {
        foreach (var worker in job.StepsOf<IReadsFeatures<TKey>>(view.Serving!))
        {
            var keys = new List<TKey>();
            worker.Gate.ThrowIfClosed();
            Alone(worker.Gate, () => worker.ForEach((key, _, _) =>
            {
                if (keys.Count < max) keys.Add(key);
            }));
            foreach (var key in keys)
            {
                FeaturePosition position = default;
                Alone(worker.Gate, () => position = worker.Read(key, at: 0, part, values)); // no earlier than the watermark
                yield return position;
            }
        }
    }

    public override Stream<FeatureRow<TLabel>> AddAsOf<TLabel>(
        Stream<FeatureRow<TLabel>> rows, FeatureService<TRequest> service, Func<TLabel, TRequest> request)
        => view.JoinAsOf(ByKey(rows, service, request), part, service.Names, _name).Values();

    public override Stream<FeatureRow<TLabel>> AddAsKnown<TLabel>(
        Stream<FeatureRow<TLabel>> rows, FeatureService<TRequest> service, Func<TLabel, TRequest> request)
    {
        if (!isIndependent)
            throw new ArgumentException(
                $"Service '{service.Name}' reads view '{view.Name}' by a key that is made of features, which cannot be joined as known. "
                    + "Put the key into the request.");
        return view.JoinAsKnown(ByKey(rows, service, request), part, service.Names, _name).Values();
    }

    private static void Alone(ReadGate gate, Action read)
    {
        gate.Enter();
        try
        {
            read();
        }
        finally
        {
            gate.Exit();
        }
    }

    private KeyedStream<TKey, FeatureRow<TLabel>> ByKey<TLabel>(
        Stream<FeatureRow<TLabel>> rows, FeatureService<TRequest> service, Func<TLabel, TRequest> request)
        => rows.KeyBy(row => key(request(row.Label), service.VectorOf(in row)), $"{_name}-key");
}

/// <summary>Computes a feature from the request and the features found before.</summary>
internal sealed class OnDemandStep<TRequest, TValue>(string name, Func<TRequest, FeatureVector, TValue> of, int slot)
    : ServiceStep<TRequest>
{
    public override IReadOnlyList<int> Slots { get; } = [slot];

    public override void Compute(TRequest request, FeatureVector row, FeatureValue[] values)
    {
        values[slot] = FeatureValue.Of(of(request, row), FeatureStatus.Present);
    }

    public override Stream<FeatureRow<TLabel>> AddAsOf<TLabel>(
        Stream<FeatureRow<TLabel>> rows, FeatureService<TRequest> service, Func<TLabel, TRequest> request)
        => rows.Select(
            row =>
            {
                row.Open(service.Names);
                Compute(request(row.Label), service.VectorOf(in row), row.Values!);
                return row;
            },
            $"{service.Name}-{name}");
}
