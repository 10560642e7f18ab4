namespace Dataflow;

static partial class Verbs
{
    extension<TKey, TLeft>(Table<TKey, TLeft> left)
        where TKey : notnull
    {
        /// <summary>Joins the rows of each key that has one in both tables; the result changes when either does.</summary>
        /// <param name="right">The other table; its key is of the same type.</param>
        /// <param name="result">Computes the row from both; called on the task's thread, and must return the same for the same
        /// rows.</param>
        /// <param name="name">Names the state; give one where a pipeline has two.</param>
        /// <example><code>
        /// shelves.Join(prices, (item, price) => $"{item.Shelf}, {price.Euro} euro")
        ///     .PrintChanges("inner");
        /// </code></example>
        public Table<TKey, TOut> Join<TRight, TOut>(
            Table<TKey, TRight> right, Func<TLeft, TRight, TOut> result, string name = "join-tables")
        {
            ArgumentNullException.ThrowIfNull(result);
            return AddTableJoin(left, right, TableJoin.Inner, (l, r) => result(l!, r!), name);
        }

        /// <summary>Joins each row of the left table; where the right one has no row, with the type's default value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(Table{TKey, TLeft}).Join{TRight, TOut}"/>
        /// <example><code>
        /// shelves.LeftJoin(prices, (item, price) => $"left join: {item.Shelf}, {price?.Euro ?? 0} euro")
        ///     .PrintChanges("left");
        /// </code></example>
        public Table<TKey, TOut> LeftJoin<TRight, TOut>(
            Table<TKey, TRight> right, Func<TLeft, TRight?, TOut> result, string name = "left-join-tables")
        {
            ArgumentNullException.ThrowIfNull(result);
            return AddTableJoin(left, right, TableJoin.Left, (l, r) => result(l!, r), name);
        }

        /// <summary>Joins the rows of each key that has one in either table; a missing row is the type's default value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(Table{TKey, TLeft}).Join{TRight, TOut}"/>
        /// <example><code>
        /// shelves.OuterJoin(prices, (item, price) => $"outer join: {item?.Shelf ?? "none"}, {price?.Euro ?? 0} euro")
        ///     .PrintChanges("outer");
        /// </code></example>
        public Table<TKey, TOut> OuterJoin<TRight, TOut>(
            Table<TKey, TRight> right, Func<TLeft?, TRight?, TOut> result, string name = "outer-join-tables")
        {
            ArgumentNullException.ThrowIfNull(result);
            return AddTableJoin(left, right, TableJoin.Outer, result, name);
        }
    }

    private static Table<TKey, TOut> AddTableJoin<TKey, TLeft, TRight, TOut>(
        Table<TKey, TLeft> left, Table<TKey, TRight> right, TableJoin kind, Func<TLeft?, TRight?, TOut> result, string name)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(right);
        var changes = left.Changes().Add(
            right.Changes(),
            (input, second) => new JoinTablesNode<TKey, TLeft, TRight, TOut>(name, input, second, kind, result));
        return new Table<TKey, TOut>(changes, name);
    }
}

/// <summary>The keys that have a row in the result.</summary>
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
    public override string Detail => Kind.ToString().ToLowerInvariant();

    public override Operator<Keyed<TKey, Change<TLeft>>, Keyed<TKey, Change<TRight>>, Keyed<TKey, Change<TOut>>> CreateOperator()
        => new JoinTablesOperator<TKey, TLeft, TRight, TOut>(Kind, Result);
}

internal sealed class JoinTablesOperator<TKey, TLeft, TRight, TOut>(TableJoin kind, Func<TLeft?, TRight?, TOut> result)
    : Operator<Keyed<TKey, Change<TLeft>>, Keyed<TKey, Change<TRight>>, Keyed<TKey, Change<TOut>>>, ITableRows<TKey, TOut>
    where TKey : notnull
{
    private KeyedState<TKey, TLeft> _left = null!;
    private KeyedState<TKey, TRight> _right = null!;

    public override void Process(in Record<Keyed<TKey, Change<TLeft>>> record)
    {
        var (key, change) = record.Value;
        var hasLeft = _left.TryGet(key, out var left);
        var hasRight = _right.TryGet(key, out var right);
        if (!TryMake(in record, (hasLeft, left), (hasRight, right), (change.HasNew, change.New), (hasRight, right), out var made)) return;
        Set(_left, key, in change);
        EmitChange(in record, in made);
    }

    public override void ProcessSecond(in Record<Keyed<TKey, Change<TRight>>> record)
    {
        var (key, change) = record.Value;
        var hasLeft = _left.TryGet(key, out var left);
        var hasRight = _right.TryGet(key, out var right);
        if (!TryMake(in record, (hasLeft, left), (hasRight, right), (hasLeft, left), (change.HasNew, change.New), out var made)) return;
        Set(_right, key, in change);
        EmitChange(in record, in made);
    }

    public bool TryGet(TKey key, out TOut row)
    {
        var hasLeft = _left.TryGet(key, out var left);
        var hasRight = _right.TryGet(key, out var right);
        return TryGet((hasLeft, left), (hasRight, right), out row);
    }

    public void ForEach(Action<TKey, TOut> visit)
    {
        _left.ForEach((Step: this, Visit: visit), static (to, key, in _) =>
        {
            if (to.Step.TryGet(key, out var row)) to.Visit(key, row);
        });
        if (kind != TableJoin.Outer) return;
        _right.ForEach((Step: this, Visit: visit), static (to, key, in right) =>
        {
            if (!to.Step._left.TryGet(key, out _)) to.Visit(key, to.Step.TryGet(key, out var row) ? row : default!);
        });
    }

    protected override void Declare(StepDeclaration declare)
    {
        _left = declare.State<TKey, TLeft>("left");
        _right = declare.State<TKey, TRight>("right");
    }

    private bool Exists(bool hasLeft, bool hasRight) => kind switch
    {
        TableJoin.Inner => hasLeft && hasRight,
        TableJoin.Left => hasLeft,
        _ => hasLeft || hasRight,
    };

    private bool TryGet((bool Has, TLeft? Row) left, (bool Has, TRight? Row) right, out TOut row)
    {
        var exists = Exists(left.Has, right.Has);
        row = exists ? result(left.Row, right.Row) : default!;
        return exists;
    }

    /// <summary>Computes how a key's row changes; false if the user's code failed, so that neither table's row changes.</summary>
    /// <param name="record">The change of either table.</param>
    /// <param name="left">The left row before.</param>
    /// <param name="right">The right row before.</param>
    /// <param name="newLeft">The left row after.</param>
    /// <param name="newRight">The right row after.</param>
    /// <param name="made">The resulting change; null if there is none.</param>
    private bool TryMake<TRow>(
        in Record<Keyed<TKey, Change<TRow>>> record,
        (bool Has, TLeft? Row) left, (bool Has, TRight? Row) right, (bool Has, TLeft? Row) newLeft, (bool Has, TRight? Row) newRight,
        out Change<TOut>? made)
    {
        try
        {
            if (record.Value.Value.HasNew) Context.CheckKept(record.Value.Value.New);
            var had = TryGet(left, right, out var old);
            var has = TryGet(newLeft, newRight, out var row);
            made = (had, has) switch
            {
                (false, false) => null,
                (false, true) => Change<TOut>.Insert(row),
                (true, true) => RowEquality<TOut>.AreSame(old, row) ? null : Change<TOut>.Update(old, row),
                (true, false) => Change<TOut>.Delete(old),
            };
            return true;
        }
        catch (Exception error)
        {
            Reject(error, in record);
            made = null;
            return false;
        }
    }

    private static void Set<TRow>(KeyedState<TKey, TRow> rows, TKey key, in Change<TRow> change)
    {
        if (change.HasNew) rows.Update(key, out _) = change.New;
        else rows.Remove(key);
    }

    private void EmitChange<TRow>(in Record<Keyed<TKey, Change<TRow>>> record, in Change<TOut>? made)
    {
        if (made is { } change) Emit(record.With(new Keyed<TKey, Change<TOut>>(record.Value.Key, change)));
    }
}
