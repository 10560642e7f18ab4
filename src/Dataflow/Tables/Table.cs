using Dataflow.Tables;

namespace Dataflow;

/// <summary>One row for each key, which comes, changes and goes: a stream of changes and their sum at once.</summary>
/// <remarks>Tables come from sources, from <c>ToTable</c>, <c>LatestBy</c>, <c>TopN</c> and <c>Aggregate</c> on keyed streams,
/// and from each other. A stream may be joined with one; <see cref="Changes"/> makes a stream of it again.</remarks>
public sealed class Table<TKey, TRow>
    where TKey : notnull
{
    private readonly KeyedStream<TKey, Change<TRow>> _changes;
    private readonly bool _isNormal;
    private readonly bool _isFromSource;
    private readonly List<Stream<Keyed<TKey, Change<TRow>>>> _copies = [];
    private readonly RowsFinder<TKey, TRow>? _rows;

    /// <summary>Makes the table of the rows that a step keeps itself; one whose step keeps none is made by <c>ToTable</c>.</summary>
    /// <param name="changes">The step's results: every change of a row, with the row before. Its operator is an
    /// <see cref="ITableRows{TKey, TRow}"/>, in which joins and readers look rows up.</param>
    /// <param name="name">Names what joins keep of the table.</param>
    public Table(KeyedStream<TKey, Change<TRow>> changes, string name)
        : this(changes ?? throw new ArgumentNullException(nameof(changes)), name, Rows<TKey, TRow>.Of(changes.Pairs.Node))
    {
    }

    /// <summary>A table of changes that know their old rows.</summary>
    internal Table(KeyedStream<TKey, Change<TRow>> changes, string name, RowsFinder<TKey, TRow> rows)
    {
        _changes = changes;
        _isNormal = true;
        _rows = rows;
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

    /// <summary>The pipeline that the table belongs to.</summary>
    public Pipeline Pipeline => _changes.Pipeline;

    /// <summary>The rows that a step finds in its own task, as they are at the moment: for the step that follows <see cref="Changes"/>. Null in
    /// other tasks.</summary>
    /// <param name="context">The context of the running step.</param>
    public ITableRows<TKey, TRow>? RowsIn(OperatorContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Rows(context.Task);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Table '{Name}' of {TypeNames.Of(typeof(TRow))} by {TypeNames.Of(typeof(TKey))}";

    /// <summary>Finds the rows in a running task.</summary>
    internal RowsFinder<TKey, TRow> Rows => _rows ?? Rows<TKey, TRow>.Of(_copies[0].Node);

    /// <summary>Every change of the table, as a stream: inserts, updates with the row before, deletes.</summary>
    /// <remarks>Changes of a key come in order. Tables that are computed hand out a key's change at most once for each batch
    /// of input, so that a key which changes a hundred times in it costs one change.</remarks>
    /// <example><code>
    /// pieces.Changes().Values()
    ///     .Select(change => change.HasOld &amp;&amp; change.HasNew ? $"{change.New - change.Old} more" : $"{change.Kind}: {change.New}")
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public KeyedStream<TKey, Change<TRow>> Changes()
        => _isNormal ? _changes : new(_copies[0], isPartitioned: true);

    /// <summary>A table of rows, the latest of each key; no old rows are known.</summary>
    /// <param name="upserts">The rows as inserts, whether or not the key has one, and deletes.</param>
    /// <param name="name">Names the state.</param>
    /// <param name="isFromSource">Whether the rows come straight from a source.</param>
    internal static Table<TKey, TRow> OfUpserts(KeyedStream<TKey, Change<TRow>> upserts, string name, bool isFromSource)
        => new(upserts, name, isFromSource);

    /// <summary>The rows for a join: a copy that no join uses from which the records came here through an exchange.</summary>
    /// <remarks>Rows and records meet in one stage. Were both joins in it, the stage would wait for its own barriers.</remarks>
    internal TableNode<TKey, TRow> CopyFor(Node input)
    {
        var free = _isFromSource ? _copies.Find(copy => !IsUsedBeforeExchange(copy.Node, input, hasCrossed: false)) : null;
        return (TableNode<TKey, TRow>)(free ?? AddCopy()).Node;
    }

    /// <summary>Whether records that are joined with the table must begin a stage of their own, since the table may have been
    /// made of them.</summary>
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
        var copy = new Stream<Keyed<TKey, Change<TRow>>>(Pipeline, new TableNode<TKey, TRow>(name, _changes.Exchanged().Pairs.Node));
        _copies.Add(copy);
        return copy;
    }
}
