namespace Dataflow.Features.Panes;

/// <summary>A feature of a view: computed from the state of an entity.</summary>
internal abstract class Feature<T>(FeatureInfo info, FeatureValue defaultValue)
{
    public FeatureInfo Info => info;

    public void Read(Reading<T> reading, out FeatureValue value)
    {
        if (reading.IsExpired) value = defaultValue.With(FeatureStatus.Expired, reading.LatestTime);
        else if (reading.Latest.Exists) Compute(reading, out value);
        else value = default;
        if (!value.HasValue && value.Status != FeatureStatus.Overflow && !reading.IsExpired)
            value = defaultValue.With(defaultValue.HasValue ? FeatureStatus.Default : FeatureStatus.Missing, reading.LatestTime);
    }

    /// <summary>Computes the value with its status; no value if there is nothing to compute it from.</summary>
    protected abstract void Compute(Reading<T> reading, out FeatureValue value);

    protected static FeatureStatus StatusOf(Reading<T> reading, bool isPartial = false)
        => isPartial || reading.IsBehind ? FeatureStatus.Partial : FeatureStatus.Present;
}

/// <summary>An aggregate over a window, identified by its number in <see cref="PaneLevels.Windows"/>.</summary>
internal sealed class WindowFeature<T, TResult>(
    FeatureInfo info, FeatureValue defaultValue, PaneAggregate<T, TResult> aggregate, int window)
    : Feature<T>(info, defaultValue)
{
    protected override void Compute(Reading<T> reading, out FeatureValue value)
    {
        value = default;
        var panes = reading.PanesOf(window, out var from);
        if (panes.IsEmpty && reading.RecentIn.IsEmpty) return;
        try
        {
            value = reading.HasOverflowed(aggregate.Number, panes)
                ? value.With(FeatureStatus.Overflow, reading.LatestTime)
                : FeatureValue.Of(
                    aggregate.Total(reading, panes), StatusOf(reading, isPartial: from < reading.HistoryFrom), reading.LatestTime);
        }
        catch (OverflowException)
        {
            value = value.With(FeatureStatus.Overflow, reading.LatestTime);
        }
    }
}

/// <summary>A value selected from the latest event.</summary>
internal sealed class LastFeature<T, TValue>(FeatureInfo info, FeatureValue defaultValue, Func<T, TValue> of)
    : Feature<T>(info, defaultValue)
{
    protected override void Compute(Reading<T> reading, out FeatureValue value)
        => value = FeatureValue.Of(of(reading.Latest.Value), StatusOf(reading), reading.LatestTime);
}

/// <summary>One feature divided by another.</summary>
internal sealed class RatioFeature<T>(FeatureInfo info, FeatureValue defaultValue, Feature<T> numerator, Feature<T> denominator)
    : Feature<T>(info, defaultValue)
{
    protected override void Compute(Reading<T> reading, out FeatureValue value)
    {
        value = default;
        numerator.Read(reading, out var above);
        denominator.Read(reading, out var below);
        if (above.Status == FeatureStatus.Overflow || below.Status == FeatureStatus.Overflow)
            value = value.With(FeatureStatus.Overflow, reading.LatestTime);
        if (above.Number is not { } dividend || below.Number is not { } divisor || divisor == 0) return;
        var isPartial = above.Status == FeatureStatus.Partial || below.Status == FeatureStatus.Partial;
        value = FeatureValue.Of(dividend / divisor, StatusOf(reading, isPartial), reading.LatestTime);
    }
}
