namespace Dataflow.Time;

/// <summary>A period in which no idle split of a stream has a record. Safe for any thread.</summary>
/// <remarks>The time of a stream leaves its idle splits out. A step that was told such a time learns here, at once, that one of them is
/// active again: that news, which comes behind the records before it, may arrive later than the time of another stream that was only
/// determined after it.</remarks>
internal abstract record QuietSpell
{
    /// <summary>The lowest watermark of the splits that are active again; <see cref="long.MaxValue"/> while none is.</summary>
    public abstract long Least { get; }

    /// <summary>Combines the periods of two streams.</summary>
    public static QuietSpell? OfBoth(QuietSpell? one, QuietSpell? other)
        => one is null || one == other ? other : other is null ? one : new OfTwo(one, other);

    /// <summary>The period of one stream.</summary>
    public sealed record OfOne : QuietSpell
    {
        private long _least;
        private volatile OfOne? _next; // set once this one is over

        public override long Least
        {
            get
            {
                var least = long.MaxValue;
                for (var spell = this; spell._next is { } next; spell = next) least = Math.Min(least, spell._least);
                return least;
            }
        }

        /// <summary>Ends the period; returns the next one.</summary>
        /// <param name="watermark">The watermark of the split that is active again.</param>
        public OfOne End(long watermark)
        {
            _least = watermark;
            return _next = new();
        }

        public bool Equals(OfOne? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }

    private sealed record OfTwo(QuietSpell One, QuietSpell Other) : QuietSpell
    {
        public override long Least => Math.Min(One.Least, Other.Least);
    }
}
