namespace Dataflow.Features;

/// <summary>The quality of a feature's value.</summary>
public enum FeatureStatus : byte
{
    /// <summary>Nothing is known, and there is no default value: the entity has no events or is forgotten, its window has
    /// none, or a ratio no denominator.</summary>
    Missing,

    /// <summary>The value is computed from all its input.</summary>
    Present,

    /// <summary>Nothing is known, as for <see cref="Missing"/>, and the value is the default value.</summary>
    Default,

    /// <summary>The entity's newest event is as old as the view's time to live, or older, but the entity is not forgotten yet. The value is
    /// the default value, if there is one.</summary>
    Expired,

    /// <summary>The value is computed from a part of its input: the window begins before the first event that the view has seen, or the
    /// watermark is further behind than the view allows.</summary>
    Partial,

    /// <summary>There is no value, because it exceeds its type's range: a sum, for example, of the window or of one of its panes.</summary>
    Overflow,
}
