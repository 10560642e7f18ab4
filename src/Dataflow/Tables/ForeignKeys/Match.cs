using MessagePack;

namespace Dataflow.Tables.ForeignKeys;

/// <summary>A result on its way back to its left row's own key.</summary>
internal readonly record struct Returned<TOut>(long Version, bool HasRow, TOut Row);

/// <summary>Keeps left rows by their foreign key beside the right rows, and computes the results.</summary>
internal sealed record MatchNode<TKey, TLeft, TForeign, TRight, TOut>(
    string Name,
    Node<Keyed<TForeign, Sent<TKey, TLeft>>> Input,
    SecondInput<Keyed<TForeign, Change<TRight>>> Second,
    bool IsLeftJoin,
    Func<TLeft, TRight?, TOut> Result)
    : Node<Keyed<TForeign, Sent<TKey, TLeft>>, Keyed<TForeign, Change<TRight>>, Keyed<TForeign, Keyed<TKey, Returned<TOut>>>>(
        Name, Input, Second)
    where TKey : notnull
    where TForeign : notnull
{
    public override string Detail => IsLeftJoin ? "left" : "inner";

    public override Operator<Keyed<TForeign, Sent<TKey, TLeft>>, Keyed<TForeign, Change<TRight>>,
        Keyed<TForeign, Keyed<TKey, Returned<TOut>>>> CreateOperator()
        => new MatchOperator<TKey, TLeft, TForeign, TRight, TOut>(IsLeftJoin, Result);
}

internal sealed class MatchOperator<TKey, TLeft, TForeign, TRight, TOut>(bool isLeftJoin, Func<TLeft, TRight?, TOut> result)
    : Operator<Keyed<TForeign, Sent<TKey, TLeft>>, Keyed<TForeign, Change<TRight>>, Keyed<TForeign, Keyed<TKey, Returned<TOut>>>>
    where TKey : notnull
    where TForeign : notnull
{
    private readonly List<Keyed<TKey, Returned<TOut>>> _results = []; // of the current record
    private KeyedState<TForeign, TRight> _right = null!;
    private KeyedState<TForeign, TKey> _first = null!; // of the list of left rows that name the key
    private KeyedState<KeyPair<TForeign, TKey>, LinkedRow<TKey, TLeft>> _left = null!;

    static MatchOperator() => GeneratedCodecs.Add(new Generated.Dataflow_Tables_ForeignKeys_LinkedRow_2.Form<TKey, TLeft>());

    public override void Process(in Record<Keyed<TForeign, Sent<TKey, TLeft>>> record)
    {
        var (foreign, sent) = record.Value;
        var hasRight = _right.TryGet(foreign, out var right);
        _results.Clear();
        if (!TryMake(in record, in sent, hasRight, right)) return; // the previously linked row stays
        Unlink(foreign, sent.Key);
        if (sent.HasRow) Link(foreign, sent);
        EmitResults(in record, foreign);
    }

    public override void ProcessSecond(in Record<Keyed<TForeign, Change<TRight>>> record)
    {
        var (foreign, change) = record.Value;
        if (change.HasNew && !MayKeep(in record, change.New)) return;
        _results.Clear();
        var hasNext = _first.TryGet(foreign, out var key);
        while (hasNext)
        {
            _left.TryGet(new(foreign, key), out var linked);
            if (!TryMake(in record, new(key, linked.Version, true, linked.Row), change.HasNew, change.New)) return;
            (hasNext, key) = (linked.HasNext, linked.Next);
        }

        if (change.HasNew) _right.Update(foreign, out _) = change.New;
        else _right.Remove(foreign);
        EmitResults(in record, foreign);
    }

    protected override void Declare(StepDeclaration declare)
    {
        _right = declare.State<TForeign, TRight>("right");
        _first = declare.State<TForeign, TKey>("first");
        _left = declare.State<KeyPair<TForeign, TKey>, LinkedRow<TKey, TLeft>>("left");
    }

    /// <summary>Computes the result of a left row; false if the user's code failed and the record is rejected whole.</summary>
    private bool TryMake<TFrom>(in Record<TFrom> record, in Sent<TKey, TLeft> sent, bool hasRight, TRight? right)
    {
        var has = sent.HasRow && (hasRight || isLeftJoin);
        try
        {
            _results.Add(new(sent.Key, new(sent.Version, has, has ? result(sent.Row, right) : default!)));
            return true;
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return false;
        }
    }

    private void EmitResults<TFrom>(in Record<TFrom> record, TForeign foreign)
    {
        foreach (var made in _results) Emit(record.With(new Keyed<TForeign, Keyed<TKey, Returned<TOut>>>(foreign, made)));
    }

    private void Link(TForeign foreign, in Sent<TKey, TLeft> sent)
    {
        var linked = new LinkedRow<TKey, TLeft> { Row = sent.Row, Version = sent.Version };
        linked.HasNext = _first.TryGet(foreign, out linked.Next);
        if (linked.HasNext)
        {
            ref var next = ref _left.Update(new(foreign, linked.Next), out _);
            (next.HasPrevious, next.Previous) = (true, sent.Key);
        }

        _left.Update(new(foreign, sent.Key), out _) = linked;
        _first.Update(foreign, out _) = sent.Key;
    }

    private void Unlink(TForeign foreign, TKey key)
    {
        if (!_left.TryGet(new(foreign, key), out var linked)) return;
        if (linked.HasNext)
        {
            ref var next = ref _left.Update(new(foreign, linked.Next), out _);
            (next.HasPrevious, next.Previous) = (linked.HasPrevious, linked.Previous);
        }

        if (linked.HasPrevious)
        {
            ref var previous = ref _left.Update(new(foreign, linked.Previous), out _);
            (previous.HasNext, previous.Next) = (linked.HasNext, linked.Next);
        }
        else if (linked.HasNext)
        {
            _first.Update(foreign, out _) = linked.Next;
        }
        else
        {
            _first.Remove(foreign);
        }

        _left.Remove(new(foreign, key));
    }
}

/// <summary>A left row in the list of rows that name the same foreign key.</summary>
[DataflowRecord]
internal struct LinkedRow<TKey, TRow>
{
    /// <summary>The row.</summary>
    [Key(0)]
    public TRow Row;

    /// <summary>The version: greater for each change of the row.</summary>
    [Key(1)]
    public long Version;

    /// <summary>Whether there is a row before.</summary>
    [Key(2)]
    public bool HasPrevious;

    /// <summary>The key of the row before.</summary>
    [Key(3)]
    public TKey Previous;

    /// <summary>Whether there is a row after.</summary>
    [Key(4)]
    public bool HasNext;

    /// <summary>The key of the row after.</summary>
    [Key(5)]
    public TKey Next;
}
