namespace Dataflow.Time;

/// <summary>A time in which a stream brings no records. From any thread.</summary>
/// <remarks>Whoever was told that a stream is idle learns here, at once, that it has gone on: the word of it, which comes behind the records
/// before it, may come later than the time of another stream that was only found after it.</remarks>
internal abstract record QuietSpell
{
    /// <summary>Whether a record has come since.</summary>
    public abstract bool IsOver { get; }

    /// <summary>That of two streams, which is over once either goes on.</summary>
    public static QuietSpell? OfBoth(QuietSpell? one, QuietSpell? other)
        => one is null || one == other ? other : other is null ? one : new OfTwo(one, other);

    /// <summary>That of one stream.</summary>
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
