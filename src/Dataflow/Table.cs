using Dataflow.Planning;

namespace Dataflow;

/// <summary>A table: one current row per key, which inserts, updates and deletes change. It is a stream of changes and its current result
/// at once.</summary>
/// <remarks>Tables come from sources, from <c>ToTable</c>, <c>LatestBy</c>, <c>TopN</c> and <c>Aggregate</c> on keyed streams, and from
/// each other. A stream can be joined with a table; <see cref="Changes"/> turns a table into a stream again.</remarks>
public sealed class Table<TKey, TRow>
    where TKey : notnull
{
    private readonly KeyedStream<TKey, Change<TRow>> _changes;
    private readonly bool _isNormal;
    private readonly bool _isFromSource;
    private readonly List<Stream<Keyed<TKey, Change<TRow>>>> _copies = [];
    private readonly Node? _step; // keeps the rows; null: the first copy does

    /// <summary>Creates the table of rows that a step keeps itself; for the changes of a step that keeps none, use
    /// <c>ToTable</c>.</summary>
    /// <param name="changes">The step's results: every change of a row, with the row before. The step's operator is an
    /// <see cref="ITableRows{TKey, TRow}"/>, in which joins and readers look up rows.</param>
    /// <param name="name">The name of the table, and of the state that joins keep of it.</param>
    public Table(KeyedStream<TKey, Change<TRow>> changes, string name)
    {
        ArgumentNullException.ThrowIfNull(changes);
        _changes = changes;
        _isNormal = true;
        _step = changes.Pairs.Node;
        Name = name;
    }

    private Table(KeyedStream<TKey, Change<TRow>> upserts, string name, bool isFromSource)
    {
        _changes = upserts;
        _isFromSource = isFromSource;
        Name = name;
        AddCopy();
    }

    internal string Name { get; }

    /// <summary>The pipeline of the table.</summary>
    public Pipeline Pipeline => _changes.Pipeline;

    /// <summary>Returns the current rows of a step's own task, for the step that follows <see cref="Changes"/>. Null in other
    /// tasks.</summary>
    /// <param name="context">The context of the running step.</param>
    public ITableRows<TKey, TRow>? RowsIn(OperatorContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.StepOf<ITableRows<TKey, TRow>>(Step);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Table '{Name}' of {TypeNames.Of(typeof(TRow))} by {TypeNames.Of(typeof(TKey))}";

    /// <summary>The step that keeps the rows: its operator is an <see cref="ITableRows{TKey, TRow}"/>.</summary>
    public Node Step => _step ?? _copies[0].Node;

    /// <summary>Returns every change of the table as a stream: inserts, updates with the row before, deletes.</summary>
    /// <remarks>Changes of a key come in order. Computed tables emit at most one change per key for each batch of input, so that a key
    /// which changes a hundred times in a batch costs one change.</remarks>
    /// <example><code>
    /// pieces.Changes().Values()
    ///     .Select(change => change.HasOld &amp;&amp; change.HasNew ? $"{change.New - change.Old} more" : $"{change.Kind}: {change.New}")
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public KeyedStream<TKey, Change<TRow>> Changes()
        => _isNormal ? _changes : new(_copies[0], isPartitioned: true);

    /// <summary>Creates a table from rows, the latest of each key, without old rows.</summary>
    /// <param name="upserts">Rows as inserts, whether or not the key has one, and deletes.</param>
    /// <param name="name">The name of the state.</param>
    /// <param name="isFromSource">Whether the rows come straight from a source.</param>
    internal static Table<TKey, TRow> OfUpserts(KeyedStream<TKey, Change<TRow>> upserts, string name, bool isFromSource)
        => new(upserts, name, isFromSource);

    /// <summary>Returns the table for a join: a copy that is used by no join whose records came here through an exchange.</summary>
    /// <remarks>Rows and records meet in one stage. If both joins were in it, the stage would wait for its own barriers.</remarks>
    internal Node CopyFor(Node input)
    {
        var free = _isFromSource ? _copies.Find(copy => !IsUsedBeforeExchange(copy.Node, input, hasCrossed: false)) : null;
        return (free ?? AddCopy()).Node;
    }

    /// <summary>Whether records that are joined with the table must begin a stage of their own, since the table may be computed from
    /// them.</summary>
    internal bool IsComputed => !_isFromSource;

    private static bool IsUsedBeforeExchange(Node copy, Node at, bool hasCrossed)
    {
        hasCrossed |= at.Exchange is not null;
        if (hasCrossed && ReferenceEquals(at.Uses, copy)) return true;
        return at.Inputs.Any(input => IsUsedBeforeExchange(copy, input, hasCrossed));
    }

    private Stream<Keyed<TKey, Change<TRow>>> AddCopy()
    {
        var name = _copies.Count == 0 ? Name : $"{Name}-{_copies.Count + 1}";
        if (_isNormal) name = $"{name}-rows";
        var copy = new Stream<Keyed<TKey, Change<TRow>>>(Pipeline, new TableNode<TKey, TRow>(name, _changes.Exchanged().Pairs.Node)
        {
            NamedBy = "the call that makes the table",
        });
        _copies.Add(copy);
        return copy;
    }
}
