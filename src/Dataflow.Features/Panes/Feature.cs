namespace Dataflow.Features.Panes;

/// <summary>A feature of a view: how it is computed of what is kept of an entity.</summary>
internal abstract class Feature<T>(FeatureInfo info, FeatureValue defaultValue)
{
    public FeatureInfo Info => info;

    public FeatureValue Read(in Reading<T> reading)
    {
        if (reading.IsExpired) return defaultValue.With(FeatureStatus.Expired, reading.LatestTime);
        var value = reading.Latest.Exists ? Compute(in reading) : default;
        return value.HasValue
            ? value
            : defaultValue.With(defaultValue.HasValue ? FeatureStatus.Default : FeatureStatus.Missing, reading.LatestTime);
    }

    /// <summary>The value with its status; none if there is nothing to compute it of.</summary>
    protected abstract FeatureValue Compute(in Reading<T> reading);

    protected static FeatureStatus StatusOf(in Reading<T> reading, bool isPartial = false)
        => isPartial || reading.IsBehind ? FeatureStatus.Partial : FeatureStatus.Present;
}

/// <summary>An aggregate over a window.</summary>
internal sealed class WindowFeature<T, TAccumulator, TResult>(
    FeatureInfo info, FeatureValue defaultValue, PaneAggregate<T, TAccumulator, TResult> aggregate, Sawtooth window)
    : Feature<T>(info, defaultValue)
{
    protected override FeatureValue Compute(in Reading<T> reading)
    {
        var total = aggregate.Aggregation.Create();
        var from = PaneLevels.Floor(reading.At - window.LengthMs, window.HopMs);
        if (!MergePanes(ref total, in reading, from) & !AddRecent(ref total, in reading)) return default;
        return FeatureValue.Of(aggregate.Aggregation.Result(in total))
            .With(StatusOf(in reading, isPartial: from < reading.HistoryFrom), reading.LatestTime);
    }

    private bool MergePanes(ref TAccumulator total, in Reading<T> reading, long from)
    {
        var any = false;
        for (var level = reading.Levels.LevelOf(window); level >= 0; level--)
        {
            var to = PaneLevels.Floor(reading.At, reading.Levels.Hop(level));
            any |= aggregate.Merge(ref total, in reading.Panes, level, from, to);
            from = to;
        }

        return any;
    }

    /// <summary>Adds the events of the finest pane that has begun.</summary>
    private bool AddRecent(ref TAccumulator total, in Reading<T> reading)
    {
        var any = false;
        var from = reading.Levels.FinestFloor(reading.At);
        foreach (ref readonly var kept in reading.Recent)
        {
            if (kept.Time < from || kept.Time >= reading.At) continue;
            aggregate.Aggregation.Add(ref total, kept.Value);
            any = true;
        }

        return any;
    }
}

/// <summary>Something of the latest event.</summary>
internal sealed class LastFeature<T, TValue>(FeatureInfo info, FeatureValue defaultValue, Func<T, TValue> of) : Feature<T>(info, defaultValue)
{
    protected override FeatureValue Compute(in Reading<T> reading)
        => FeatureValue.Of(of(reading.Latest.Value)).With(StatusOf(in reading), reading.LatestTime);
}

/// <summary>One feature divided by another.</summary>
internal sealed class RatioFeature<T>(FeatureInfo info, FeatureValue defaultValue, Feature<T> numerator, Feature<T> denominator)
    : Feature<T>(info, defaultValue)
{
    protected override FeatureValue Compute(in Reading<T> reading)
    {
        var (above, below) = (numerator.Read(in reading), denominator.Read(in reading));
        if (above.Number is not { } dividend || below.Number is not { } divisor || divisor == 0) return default;
        var isPartial = above.Status == FeatureStatus.Partial || below.Status == FeatureStatus.Partial;
        return FeatureValue.Of(dividend / divisor).With(StatusOf(in reading, isPartial), reading.LatestTime);
    }
}
