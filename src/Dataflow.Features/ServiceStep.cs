using Dataflow.Features.Panes;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow.Features;

/// <summary>One thing that a service does for a request.</summary>
internal abstract class ServiceStep<TRequest>
{
    /// <summary>Whether it needs no feature found before.</summary>
    public virtual bool IsIndependent => false;

    public virtual bool ReadsView => false;

    public virtual void Serve()
    {
    }

    /// <summary>Makes the question for a view; null if the step asks none.</summary>
    public virtual ViewQuestion? Ask(TRequest request, FeatureVector row, long at, FeatureValue[] values) => null;

    /// <summary>Does what needs no view.</summary>
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

    public override void Serve() => view.Serve();

    public override ViewQuestion Ask(TRequest request, FeatureVector row, long at, FeatureValue[] values)
        => new ViewQuestion<TKey>(
            view.Serving ?? throw new InvalidOperationException(
                $"View '{view.Name}' of service '{service}' is not served. Call Serve() on the service before the job starts."),
            key(request, row),
            at,
            part,
            values,
            row.Positions);

    public override Stream<FeatureRow<TLabel>> AddAsOf<TLabel>(
        Stream<FeatureRow<TLabel>> rows, FeatureService<TRequest> service, Func<TLabel, TRequest> request)
        => view.JoinAsOf(ByKey(rows, service, request), part, _name).Values();

    public override Stream<FeatureRow<TLabel>> AddAsKnown<TLabel>(
        Stream<FeatureRow<TLabel>> rows, FeatureService<TRequest> service, Func<TLabel, TRequest> request)
    {
        if (!isIndependent)
            throw new ArgumentException(
                $"Service '{service.Name}' reads view '{view.Name}' by a key that is made of features, which cannot be joined as known. Put the key into the request.");
        return view.JoinAsKnown(ByKey(rows, service, request), part, _name).Values();
    }

    private KeyedStream<TKey, FeatureRow<TLabel>> ByKey<TLabel>(
        Stream<FeatureRow<TLabel>> rows, FeatureService<TRequest> service, Func<TLabel, TRequest> request)
        => rows.KeyBy(row => key(request(row.Label), service.VectorOf(in row)), $"{_name}-key");
}

/// <summary>Computes a feature of the request and the features found before.</summary>
internal sealed class OnDemandStep<TRequest, TValue>(string name, Func<TRequest, FeatureVector, TValue> of, int slot)
    : ServiceStep<TRequest>
{
    public override void Compute(TRequest request, FeatureVector row, FeatureValue[] values)
    {
        var value = FeatureValue.Of(of(request, row));
        values[slot] = value.HasValue ? value.With(FeatureStatus.Present, null) : default;
    }

    public override Stream<FeatureRow<TLabel>> AddAsOf<TLabel>(
        Stream<FeatureRow<TLabel>> rows, FeatureService<TRequest> service, Func<TLabel, TRequest> request)
        => rows.Select(
            row =>
            {
                Compute(request(row.Label), service.VectorOf(in row), row.Values);
                return row;
            },
            $"{service.Name}-{name}");
}

/// <summary>Asks a view for an entity's features, on the thread of the worker that owns it.</summary>
internal abstract class ViewQuestion
{
    public abstract int WorkerOf(int workers);

    public abstract void Answer(IReadOnlyList<StreamTask> tasks);
}

internal sealed class ViewQuestion<TKey>(Node step, TKey key, long at, ViewPart part, FeatureValue[] values, FeaturePosition[] positions) : ViewQuestion
    where TKey : notnull
{
    public override int WorkerOf(int workers) => Shards.WorkerOf(Shards.Of(KeyCodec<TKey>.Default.Hash(key)), workers);

    public override void Answer(IReadOnlyList<StreamTask> tasks)
    {
        foreach (var task in tasks)
        {
            if (task.TryFind(step.Id) is not IReadsFeatures<TKey> view) continue;
            positions[part.Number] = view.Read(key, at, part, values);
            return;
        }

        throw new InvalidOperationException($"View '{step.Name}' belongs to another pipeline than the job, or was served after the job had started.");
    }
}
