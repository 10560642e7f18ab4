namespace Dataflow.Features;

/// <summary>What the value of a feature is worth.</summary>
public enum FeatureStatus : byte
{
    /// <summary>Nothing is known, and there is no default value: the entity has no events or is forgotten, its window has
    /// none, or a ratio no denominator.</summary>
    Missing,

    /// <summary>Computed of all that belongs to it.</summary>
    Present,

    /// <summary>As <see cref="Missing"/>, and the value is the default value.</summary>
    Default,

    /// <summary>The entity's newest event is as old as the view's time to live, or older, but it is not forgotten yet. The value is
    /// the default value, if there is one.</summary>
    Expired,

    /// <summary>Computed of less than belongs to it: the window begins before the first event that the view has seen, or the
    /// watermark is further behind than the view allows.</summary>
    Partial,

    /// <summary>There is no value, for it is greater than its type has room for: a sum, say, of the window or of one of its panes.</summary>
    Overflow,
}
