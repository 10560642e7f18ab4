namespace Dataflow.Time;

/// <summary>A period in which a stream has no records. Safe for any thread.</summary>
/// <remarks>A step that was told that a stream is idle learns here, at once, that it is active again: that news, which comes behind the
/// records before it, may arrive later than the time of another stream that was only determined after it.</remarks>
internal abstract record QuietSpell
{
    /// <summary>Whether a record has come since.</summary>
    public abstract bool IsOver { get; }

    /// <summary>Combines the idle periods of two streams: over once either is active again.</summary>
    public static QuietSpell? OfBoth(QuietSpell? one, QuietSpell? other)
        => one is null || one == other ? other : other is null ? one : new OfTwo(one, other);

    /// <summary>The idle period of one stream.</summary>
    public sealed record OfOne : QuietSpell
    {
        private volatile bool _isOver;

        public override bool IsOver => _isOver;

        public void End() => _isOver = true;

        public bool Equals(OfOne? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }

    private sealed record OfTwo(QuietSpell One, QuietSpell Other) : QuietSpell
    {
        public override bool IsOver => One.IsOver || Other.IsOver;
    }
}
