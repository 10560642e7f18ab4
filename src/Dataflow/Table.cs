using Dataflow.Planning;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow;

/// <summary>The latest row of each key: what a stream is joined with.</summary>
public sealed class Table<TKey, TRow>
    where TKey : notnull
{
    private readonly KeyedStream<TKey, TRow> _rows;
    private readonly string _name;
    private readonly List<TableNode<TKey, TRow>> _copies = [];

    internal Table(KeyedStream<TKey, TRow> rows, string name)
    {
        _rows = rows;
        _name = name;
        AddCopy();
    }

    /// <summary>The rows for a join: a copy that no join uses from which the records came here through an exchange.</summary>
    /// <remarks>Rows and records meet in one stage. Were both joins in it, the stage would wait for its own barriers.</remarks>
    internal TableNode<TKey, TRow> CopyFor(Node input)
        => _copies.Find(copy => !IsUsedBeforeExchange(copy, input)) ?? AddCopy();

    private static bool IsUsedBeforeExchange(Node copy, Node input)
    {
        var hasCrossed = false;
        for (var at = input; at is not null; at = at.Upstream ?? at.Uses)
        {
            hasCrossed |= at.Exchange is not null;
            if (hasCrossed && ReferenceEquals(at.Uses, copy)) return true;
        }

        return false;
    }

    private TableNode<TKey, TRow> AddCopy()
    {
        var name = _copies.Count == 0 ? _name : $"{_name}-{_copies.Count + 1}";
        var node = new TableNode<TKey, TRow>(name, _rows.Exchanged().Pairs.Node);
        _copies.Add(node);
        return _rows.Pipeline.Register(node);
    }
}

/// <summary>Keeps the latest row of each key.</summary>
internal sealed record TableNode<TKey, TRow>(string Name, Node<Keyed<TKey, TRow>> Input)
    : Node(Name), IConsumer<Keyed<TKey, TRow>>, ITableNode
    where TKey : notnull
{
    public bool IsBounded => PlanCheck.SourcesOf(this).All(source => source.IsBounded);

    internal override Node Upstream => Input;

    internal override string StateSignature
        => $"table, {TypeNames.Of(typeof(TKey))} -> {StateCodec<TRow>.Signature}";

    Operator<Keyed<TKey, TRow>> IConsumer<Keyed<TKey, TRow>>.Build(TaskBuilder builder)
    {
        var step = new TableOperator<TKey, TRow>();
        builder.Add(this, step);
        return step;
    }
}

/// <summary>A table of whatever type.</summary>
internal interface ITableNode
{
    /// <summary>Whether its source ends, so that it is read before any stream starts.</summary>
    bool IsBounded { get; }
}

internal sealed class TableOperator<TKey, TRow> : Operator<Keyed<TKey, TRow>>
    where TKey : notnull
{
    public KeyedState<TKey, TRow> Rows { get; private set; } = null!;

    public override void Process(in Record<Keyed<TKey, TRow>> record)
    {
        Rows.Update(record.Value.Key, out _) = record.Value.Value;
        Emitted++;
    }

    public override void Advance(long watermark)
    {
        if (watermark == long.MaxValue) Context.Task.Job.TableLoaded(Context.NodeId);
    }

    protected override void Open() => Rows = Context.OpenState<TKey, TRow>("rows");
}
