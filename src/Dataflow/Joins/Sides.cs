namespace Dataflow.Joins;

/// <summary>A value of one of two streams.</summary>
internal readonly record struct Side<TLeft, TRight>(bool IsLeft, TLeft Left, TRight Right);

/// <summary>Merges two streams into one; each value is marked with its side.</summary>
internal sealed record SidesNode<TKey, TLeft, TRight>(
    string Name, Node<Keyed<TKey, TLeft>> Input, SecondInput<Keyed<TKey, TRight>> Second)
    : Node<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, Side<TLeft, TRight>>>(Name, Input, Second)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, Side<TLeft, TRight>>> CreateOperator()
        => new SidesOperator<TKey, TLeft, TRight>();
}

internal sealed class SidesOperator<TKey, TLeft, TRight>
    : Operator<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, Side<TLeft, TRight>>>
    where TKey : notnull
{
    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, TLeft>> record)
    {
        if (MayKeep(in record, record.Value.Value))
            Emit(record.With(new Keyed<TKey, Side<TLeft, TRight>>(record.Value.Key, new(true, record.Value.Value, default!))));
    }

    public override void ProcessSecond(in Record<Keyed<TKey, TRight>> record)
    {
        if (MayKeep(in record, record.Value.Value))
            Emit(record.With(new Keyed<TKey, Side<TLeft, TRight>>(record.Value.Key, new(false, default!, record.Value.Value))));
    }
}

/// <summary>Collects the values of each side, in the order of arrival.</summary>
internal sealed class SidesAggregation<TLeft, TRight>
    : InPlaceAggregation<Side<TLeft, TRight>, (List<TLeft> Lefts, List<TRight> Rights), Side<TLeft, TRight>,
        (TLeft[] Lefts, TRight[] Rights)>
{
    public override string Name => "both sides";

    static SidesAggregation()
    {
        GeneratedCodecs.Add(new PairForm<List<TLeft>, List<TRight>>());
        GeneratedCodecs.AddPart<List<TLeft>?>(KnownCodecs.List<TLeft>);
        GeneratedCodecs.AddPart<List<TRight>?>(KnownCodecs.List<TRight>);
    }

    public override (List<TLeft> Lefts, List<TRight> Rights) Create() => ([], []);

    public override Side<TLeft, TRight> Prepare(
        in (List<TLeft> Lefts, List<TRight> Rights) accumulator, in Side<TLeft, TRight> value) => value;

    public override void Apply(ref (List<TLeft> Lefts, List<TRight> Rights) accumulator, in Side<TLeft, TRight> change)
    {
        if (change.IsLeft) accumulator.Lefts.Add(change.Left);
        else accumulator.Rights.Add(change.Right);
    }

    public override void Merge(
        ref (List<TLeft> Lefts, List<TRight> Rights) accumulator, in (List<TLeft> Lefts, List<TRight> Rights) other)
    {
        accumulator.Lefts.AddRange(other.Lefts);
        accumulator.Rights.AddRange(other.Rights);
    }

    public override (TLeft[] Lefts, TRight[] Rights) Result(in (List<TLeft> Lefts, List<TRight> Rights) accumulator)
        => ([.. accumulator.Lefts], [.. accumulator.Rights]);
}
