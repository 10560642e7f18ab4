namespace Dataflow.Tables;

/// <summary>Computes a row from all records of each key.</summary>
internal sealed record AggregateStreamNode<TKey, T, TA, TR, TOut>(
    string Name, Node<Keyed<TKey, T>> Input, Aggregation<T, TA, TR> Aggregation, Func<TKey, TR, TOut> Result)
    : Node<Keyed<TKey, T>, Keyed<TKey, Change<TOut>>>(Name, Input)
    where TKey : notnull
{
    public override PartialAggregation PartialAggregation => PartialAggregation.Of(Input, Aggregation);

    public override string Detail => Aggregation.Name;

    public override string StateSignature => $"aggregate, {Aggregation.Name}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, Change<TOut>>> CreateOperator()
        => new AggregateStreamOperator<TKey, T, TA, TR, TOut>(Aggregation, Result);
}

/// <summary>Creates the node with the type of the accumulator.</summary>
internal sealed class AggregateStreamNodeOf<TKey, T, TR, TOut>(string name, Node<Keyed<TKey, T>> input, Func<TKey, TR, TOut> result)
    : IAggregationVisitor<T, TR, Node<Keyed<TKey, T>, Keyed<TKey, Change<TOut>>>>
    where TKey : notnull
{
    public Node<Keyed<TKey, T>, Keyed<TKey, Change<TOut>>> Visit<TA>(Aggregation<T, TA, TR> aggregation)
        => new AggregateStreamNode<TKey, T, TA, TR, TOut>(name, input, aggregation, result);
}

internal sealed class AggregateStreamOperator<TKey, T, TA, TR, TOut>(Aggregation<T, TA, TR> aggregation, Func<TKey, TR, TOut> result)
    : GroupOperator<TKey, T, T, TA, TR, TOut>(aggregation, result), ITakesParts<TKey, TA>
    where TKey : notnull
{
    public void TakePart(TKey key, in TA part, long count, long newest)
    {
        try
        {
            ref var group = ref Touch(key, out var exists);
            if (exists) Aggregation.Merge(ref group.Accumulator, in part);
            else group.Accumulator = part;
            group.Count += count;
        }
        catch (Exception error)
        {
            throw Context.Fail(error, default);
        }

        Reach(newest);
    }

    protected override void Change(ref GroupState<TA> group, in T input)
    {
        Aggregation.Add(ref group.Accumulator, in input, Intake);
        group.Count++;
    }
}

/// <summary>Computes a row from all rows of each group.</summary>
internal sealed record AggregateTableNode<TGroup, TKey, TRow, TA, TR, TOut>(
    string Name, Node<Keyed<TGroup, Keyed<TKey, Change<TRow>>>> Input, Aggregation<TRow, TA, TR> Aggregation, Func<TGroup, TR, TOut> Result)
    : Node<Keyed<TGroup, Keyed<TKey, Change<TRow>>>, Keyed<TGroup, Change<TOut>>>(Name, Input)
    where TGroup : notnull
    where TKey : notnull
{
    public override string Detail => Aggregation.Name;

    public override string StateSignature => $"aggregate, {Aggregation.Name}";

    public override Operator<Keyed<TGroup, Keyed<TKey, Change<TRow>>>, Keyed<TGroup, Change<TOut>>> CreateOperator()
        => new AggregateTableOperator<TGroup, TKey, TRow, TA, TR, TOut>(Aggregation, Result);
}

/// <summary>Creates the node with the type of the accumulator.</summary>
internal sealed class AggregateTableNodeOf<TGroup, TKey, TRow, TR, TOut>(
    string name, Node<Keyed<TGroup, Keyed<TKey, Change<TRow>>>> input, Func<TGroup, TR, TOut> result)
    : IAggregationVisitor<TRow, TR, Node<Keyed<TGroup, Keyed<TKey, Change<TRow>>>, Keyed<TGroup, Change<TOut>>>>
    where TGroup : notnull
    where TKey : notnull
{
    public Node<Keyed<TGroup, Keyed<TKey, Change<TRow>>>, Keyed<TGroup, Change<TOut>>> Visit<TA>(Aggregation<TRow, TA, TR> aggregation)
        => new AggregateTableNode<TGroup, TKey, TRow, TA, TR, TOut>(name, input, aggregation, result);
}

internal sealed class AggregateTableOperator<TGroup, TKey, TRow, TA, TR, TOut>(
    Aggregation<TRow, TA, TR> aggregation, Func<TGroup, TR, TOut> result)
    : GroupOperator<TGroup, Keyed<TKey, Change<TRow>>, TRow, TA, TR, TOut>(aggregation, result)
    where TGroup : notnull
    where TKey : notnull
{
    private AcceptedRows<KeyPair<TGroup, TKey>, TRow> _accepted = null!;

    public override void Process(in Record<Keyed<TGroup, Keyed<TKey, Change<TRow>>>> record)
    {
        var (group, (key, change)) = record.Value;
        var place = new KeyPair<TGroup, TKey>(group, key);
        if (!_accepted.TryCorrect(place, ref change)) return;
        if (TryChange(in record, group, new(key, change))) _accepted.Forget(place);
        else _accepted.Keep(place, in change);
    }

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        _accepted = declare.AcceptedRows<KeyPair<TGroup, TKey>, TRow>();
    }

    protected override void Change(ref GroupState<TA> group, in Keyed<TKey, Change<TRow>> input)
    {
        var change = input.Value;
        if (change.HasOld) Retract(ref group.Accumulator, change.Old);
        if (change.HasNew) Add(ref group.Accumulator, in change);
        group.Count += (change.HasNew ? 1 : 0) - (change.HasOld ? 1 : 0);
    }

    private void Retract(ref TA accumulator, TRow row)
    {
        if (Intake is null)
        {
            Aggregation.Retract(ref accumulator, in row);
            return;
        }

        Intake.Add(ref accumulator, in row, retracts: true);
        Intake.Commit(ref accumulator);
    }

    /// <summary>Adds a change's new row or, if that fails, its old one again.</summary>
    private void Add(ref TA accumulator, in Change<TRow> change)
    {
        try
        {
            Aggregation.Add(ref accumulator, change.New!, Intake);
        }
        catch when (change.HasOld && Intake is not null)
        {
            Aggregation.Add(ref accumulator, change.Old, Intake);
            throw;
        }
    }
}
