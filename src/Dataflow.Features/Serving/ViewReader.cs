using Dataflow.Features.Panes;

namespace Dataflow.Features;

/// <summary>Reads the features of one view of a running job.</summary>
internal abstract class ViewReader<TRequest>
{
    /// <summary>The number of events that came behind the watermark and were added all the same, on all workers.</summary>
    public abstract long TakenLate { get; }

    /// <summary>The job's clock.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>The gates of the workers, in their order.</summary>
    public abstract IEnumerable<ReadGate> Gates { get; }

    /// <summary>Returns the worker that owns the entity of a request.</summary>
    public abstract int WorkerOf(TRequest request, FeatureVector row);

    /// <summary>Reads that worker's features. The caller must have entered its gate.</summary>
    public abstract void Read(TRequest request, FeatureVector row, long at, FeatureValue[] values);
}

internal sealed class ViewReader<TRequest, TKey>(IReadsFeatures<TKey>[] workers, Func<TRequest, FeatureVector, TKey> key, ViewPart part)
    : ViewReader<TRequest>
    where TKey : notnull
{
    public override long TakenLate => workers.Sum(static worker => worker.TakenLate);

    public override TimeProvider Time { get; } = workers[0].Time;

    public override IEnumerable<ReadGate> Gates => workers.Select(static worker => worker.Gate);

    public override int WorkerOf(TRequest request, FeatureVector row) => workers[0].WorkerOf(key(request, row));

    public override void Read(TRequest request, FeatureVector row, long at, FeatureValue[] values)
    {
        var entity = key(request, row);
        row.Positions[part.Number] = workers[workers[0].WorkerOf(entity)].Read(entity, at, part, values);
    }
}
