using System.Runtime.CompilerServices;

namespace Dataflow.Features.Panes;

/// <summary>One aggregate of a view: the place of its accumulator in a pane, and the operations on it.</summary>
internal abstract class PaneAggregate<T>
{
    /// <summary>The number of bytes that it takes in a pane; 0: it is an object.</summary>
    public abstract int Bytes { get; }

    /// <summary>The signature that a restart compares.</summary>
    public abstract string Signature { get; }

    public PaneShape Shape { get; private set; } = null!;

    /// <summary>The place in the pane: an offset, or the number of the object.</summary>
    protected int Place { get; private set; }

    /// <summary>The aggregate's number among the aggregates of the view.</summary>
    public int Number { get; private set; }

    public void PlaceAt(int place, PaneShape shape, int number)
    {
        Place = place;
        Shape = shape;
        Number = number;
    }

    public abstract void Create(in PaneTable panes, int pane);

    public abstract void Add(in PaneTable panes, int pane, in T value);

    /// <summary>Whether a value can be added on its own: if an accumulator overflows all the same, it is not the value's fault.</summary>
    public abstract bool Takes(T value);
}

/// <summary>An aggregate of a view by its result type; hides the type of the accumulator.</summary>
internal abstract class PaneAggregate<T, TResult> : PaneAggregate<T>
{
    public static PaneAggregate<T, TResult> Of(Aggregation<T, TResult> aggregation) => aggregation.Accept(new Maker());

    /// <summary>Computes the aggregate of an entity's panes and recent events.</summary>
    public abstract TResult Total(Reading<T> reading, ReadOnlySpan<PaneRange> panes);

    private sealed class Maker : IAggregationVisitor<T, TResult, PaneAggregate<T, TResult>>
    {
        public PaneAggregate<T, TResult> Visit<TAccumulator>(Aggregation<T, TAccumulator, TResult> aggregation)
            => new PaneAggregate<T, TAccumulator, TResult>(aggregation);
    }
}

internal sealed class PaneAggregate<T, TAccumulator, TResult>(Aggregation<T, TAccumulator, TResult> aggregation) : PaneAggregate<T, TResult>
{
    private const int Alignment = 8;

    private static readonly bool IsObject = RuntimeHelpers.IsReferenceOrContainsReferences<TAccumulator>();

    public override int Bytes => IsObject ? 0 : (Unsafe.SizeOf<TAccumulator>() + Alignment - 1) & -Alignment;

    public override string Signature => $"{aggregation.Name}: {Serde<TAccumulator>.State.Signature}";

    public override void Create(in PaneTable panes, int pane)
    {
        if (IsObject) panes.Objects![(pane * Shape.Objects) + Place] = new PaneObject<TAccumulator>(aggregation.Create());
        else At(in panes, pane) = aggregation.Create();
    }

    public override void Add(in PaneTable panes, int pane, in T value) => aggregation.Add(ref At(in panes, pane), value);

    public override bool Takes(T value)
    {
        try
        {
            var alone = aggregation.Create();
            aggregation.Add(ref alone, value);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    public override TResult Total(Reading<T> reading, ReadOnlySpan<PaneRange> panes)
    {
        var total = aggregation.Create();
        foreach (var range in panes)
        {
            for (var pane = range.First; pane < range.End; pane++) aggregation.Merge(ref total, in At(in reading.Panes, pane));
        }

        foreach (var recent in reading.RecentIn) aggregation.Add(ref total, reading.RecentValue(recent));
        return aggregation.Result(in total);
    }

    private ref TAccumulator At(in PaneTable panes, int pane)
    {
        if (!IsObject) return ref Unsafe.As<byte, TAccumulator>(ref panes.Bytes![Shape.OffsetOf(pane) + Place]);
        ref var there = ref panes.Objects![(pane * Shape.Objects) + Place];
        if (there is WrittenPaneObject written) there = new PaneObject<TAccumulator>(written.Read<TAccumulator>());
        return ref ((PaneObject<TAccumulator>)there!).Value;
    }
}
