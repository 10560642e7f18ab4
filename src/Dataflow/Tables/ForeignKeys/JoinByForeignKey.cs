using System.Runtime.CompilerServices;
using Dataflow.Tables.ForeignKeys;

namespace Dataflow;

static partial class Verbs
{
    extension<TKey, TLeft>(Table<TKey, TLeft> left)
        where TKey : notnull
    {
        /// <summary>Joins each left row with the row of the right table that its foreign key names; the result changes when either row
        /// does, or when the left row names another key.</summary>
        /// <remarks>Rows are sent to the worker of the foreign key and results back to that of their own key, each with a version, so that
        /// a result overtaken by a newer one on the way is dropped. A changed right row costs one change for each left row that names
        /// it.</remarks>
        /// <param name="right">The other table.</param>
        /// <param name="foreignKey">Selects the right table's key from a left row; called on the task's thread.</param>
        /// <param name="result">Computes the row from both; called on the task's thread.</param>
        /// <param name="name">Names the state; give one where a pipeline has two.</param>
        /// <example><code>
        /// orders.Join(items, order => order.Item, (order, item) => $"{order.Pieces} {item.Name} from {item.Shelf}")
        ///     .PrintChanges("inner");
        /// </code></example>
        public Table<TKey, TOut> Join<TForeign, TRight, TOut>(
            Table<TForeign, TRight> right, Func<TLeft, TForeign> foreignKey, Func<TLeft, TRight, TOut> result,
            string name = "foreign-key-join")
            where TForeign : notnull
        {
            ArgumentNullException.ThrowIfNull(result);
            return AddForeignKeyJoin(left, right, foreignKey, isLeftJoin: false, (l, r) => result(l, r!), name);
        }

        /// <summary>Joins as <c>Join</c> by foreign key does; a left row whose key has no row in the right table is joined with the type's
        /// default value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(Table{TKey, TLeft}).Join{TForeign, TRight, TOut}"/>
        /// <example><code>
        /// orders.LeftJoin(items, order => order.Item, (order, item) => $"left join: {order.Item} from {item?.Shelf ?? "nowhere"}")
        ///     .PrintChanges("left");
        /// </code></example>
        public Table<TKey, TOut> LeftJoin<TForeign, TRight, TOut>(
            Table<TForeign, TRight> right, Func<TLeft, TForeign> foreignKey, Func<TLeft, TRight?, TOut> result,
            string name = "foreign-key-left-join")
            where TForeign : notnull
        {
            ArgumentNullException.ThrowIfNull(result);
            return AddForeignKeyJoin(left, right, foreignKey, isLeftJoin: true, result, name);
        }
    }

    private static Table<TKey, TOut> AddForeignKeyJoin<TKey, TLeft, TForeign, TRight, TOut>(
        Table<TKey, TLeft> left, Table<TForeign, TRight> right, Func<TLeft, TForeign> foreignKey, bool isLeftJoin,
        Func<TLeft, TRight?, TOut> result, string name, [CallerMemberName] string call = "")
        where TKey : notnull
        where TForeign : notnull
    {
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(foreignKey);
        var sent = left.Changes().AddChangingKeys(
            input => new SendNode<TKey, TLeft, TForeign>($"{name}-send", input, foreignKey) { NamedBy = call });
        var joined = sent.Add(
            right.Changes(),
            (input, second) => new MatchNode<TKey, TLeft, TForeign, TRight, TOut>($"{name}-match", input, second, isLeftJoin, result)
            {
                NamedBy = call,
            });
        var returned = joined.AddChangingKeys(input => new ReturnNode<TForeign, TKey, TOut>($"{name}-return", input));
        var changes = returned.Add(input => new ReceiveNode<TKey, TOut>(name, input) { NamedBy = call });
        return new Table<TKey, TOut>(changes, name);
    }
}
