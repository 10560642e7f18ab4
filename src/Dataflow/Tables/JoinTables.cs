using Dataflow.State;
using Dataflow.Tables;

namespace Dataflow;

/// <summary>Joins tables of the same key.</summary>
public static class JoinTablesStep
{
    extension<TKey, TLeft>(Table<TKey, TLeft> left)
        where TKey : notnull
    {
        /// <summary>A row for each key that has one in both tables; it changes when either does.</summary>
        /// <param name="right">The other table; its key is of the same type.</param>
        /// <param name="result">Makes the row of both; called on the task's thread, and must give the same for the same rows.</param>
        /// <param name="name">Names the state; give one where a pipeline has two.</param>
        public Table<TKey, TOut> Join<TRight, TOut>(
            Table<TKey, TRight> right, Func<TLeft, TRight, TOut> result, string name = "join-tables")
        {
            ArgumentNullException.ThrowIfNull(result);
            return Add(left, right, TableJoin.Inner, (l, r) => result(l!, r!), name);
        }

        /// <summary>A row for each key of the left table; where the right one has none, with the type's default value.</summary>
        /// <inheritdoc cref="JoinTablesStep.extension{TKey, TLeft}(Table{TKey, TLeft}).Join{TRight, TOut}"/>
        public Table<TKey, TOut> LeftJoin<TRight, TOut>(
            Table<TKey, TRight> right, Func<TLeft, TRight?, TOut> result, string name = "left-join-tables")
        {
            ArgumentNullException.ThrowIfNull(result);
            return Add(left, right, TableJoin.Left, (l, r) => result(l!, r), name);
        }

        /// <summary>A row for each key that has one in either table; a row that is missing is the type's default value.</summary>
        /// <inheritdoc cref="JoinTablesStep.extension{TKey, TLeft}(Table{TKey, TLeft}).Join{TRight, TOut}"/>
        public Table<TKey, TOut> OuterJoin<TRight, TOut>(
            Table<TKey, TRight> right, Func<TLeft?, TRight?, TOut> result, string name = "outer-join-tables")
        {
            ArgumentNullException.ThrowIfNull(result);
            return Add(left, right, TableJoin.Outer, result, name);
        }
    }

    private static Table<TKey, TOut> Add<TKey, TLeft, TRight, TOut>(
        Table<TKey, TLeft> left, Table<TKey, TRight> right, TableJoin kind, Func<TLeft?, TRight?, TOut> result, string name)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(right);
        var changes = left.Changes().Add(
            right.Changes(),
            (input, second) => new JoinTablesNode<TKey, TLeft, TRight, TOut>(name, input, second, kind, result));
        return new Table<TKey, TOut>(changes, name, Rows<TKey, TOut>.Of(changes.Pairs.Node));
    }
}

/// <summary>Which keys have a row in the result.</summary>
internal enum TableJoin
{
    Inner,
    Left,
    Outer,
}

internal sealed record JoinTablesNode<TKey, TLeft, TRight, TOut>(
    string Name,
    Node<Keyed<TKey, Change<TLeft>>> Input,
    SecondInput<Keyed<TKey, Change<TRight>>> Second,
    TableJoin Kind,
    Func<TLeft?, TRight?, TOut> Result)
    : Node<Keyed<TKey, Change<TLeft>>, Keyed<TKey, Change<TRight>>, Keyed<TKey, Change<TOut>>>(Name, Input, Second)
    where TKey : notnull
{
    internal override string Detail => Kind.ToString().ToLowerInvariant();

    internal override string StateSignature
        => $"join of tables, {TypeNames.Of(typeof(TKey))} -> {StateCodec<TLeft>.Signature}, {StateCodec<TRight>.Signature}";

    public override Operator<Keyed<TKey, Change<TLeft>>, Keyed<TKey, Change<TRight>>, Keyed<TKey, Change<TOut>>> CreateOperator()
        => new JoinTablesOperator<TKey, TLeft, TRight, TOut>(Kind, Result);
}

internal sealed class JoinTablesOperator<TKey, TLeft, TRight, TOut>(TableJoin kind, Func<TLeft?, TRight?, TOut> result)
    : Operator<Keyed<TKey, Change<TLeft>>, Keyed<TKey, Change<TRight>>, Keyed<TKey, Change<TOut>>>, IRows<TKey, TOut>
    where TKey : notnull
{
    private KeyedState<TKey, TLeft> _left = null!;
    private KeyedState<TKey, TRight> _right = null!;

    public override void Process(in Record<Keyed<TKey, Change<TLeft>>> record) => Apply(in record, _left);

    public override void ProcessSecond(in Record<Keyed<TKey, Change<TRight>>> record) => Apply(in record, _right);

    public bool TryGet(TKey key, out TOut row)
    {
        var hasLeft = _left.TryGet(key, out var left);
        var hasRight = _right.TryGet(key, out var right);
        var exists = Exists(hasLeft, hasRight);
        row = exists ? result(left, right) : default!;
        return exists;
    }

    public void ForEach(Action<TKey, TOut> visit)
    {
        _left.ForEach((Step: this, Visit: visit), static (to, key, ref _) =>
        {
            if (to.Step.TryGet(key, out var row)) to.Visit(key, row);
        });
        if (kind != TableJoin.Outer) return;
        _right.ForEach((Step: this, Visit: visit), static (to, key, ref right) =>
        {
            if (!to.Step._left.TryGet(key, out _)) to.Visit(key, to.Step.TryGet(key, out var row) ? row : default!);
        });
    }

    protected override void Open()
    {
        _left = Context.OpenState<TKey, TLeft>("left");
        _right = Context.OpenState<TKey, TRight>("right");
    }

    private bool Exists(bool hasLeft, bool hasRight) => kind switch
    {
        TableJoin.Inner => hasLeft && hasRight,
        TableJoin.Left => hasLeft,
        _ => hasLeft || hasRight,
    };

    private void Apply<TRow>(in Record<Keyed<TKey, Change<TRow>>> record, KeyedState<TKey, TRow> rows)
    {
        var (key, change) = record.Value;
        bool had, has;
        TOut old, row;
        try
        {
            had = TryGet(key, out old);
            if (change.HasNew) rows.Update(key, out _) = change.New;
            else rows.Remove(key);
            has = TryGet(key, out row);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (!had && !has) return;
        var made = !had ? Change<TOut>.Insert(row) : has ? Change<TOut>.Update(old, row) : Change<TOut>.Delete(old);
        Emit(record.With(new Keyed<TKey, Change<TOut>>(key, made)));
    }
}
