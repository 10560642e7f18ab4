using Dataflow.Planning;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow;

/// <summary>The latest row of each key: what a stream is joined with.</summary>
public sealed class Table<TKey, TRow>
    where TKey : notnull
{
    internal Table(TableNode<TKey, TRow> node) => Node = node;

    internal TableNode<TKey, TRow> Node { get; }
}

/// <summary>Keeps the latest row of each key.</summary>
internal sealed record TableNode<TKey, TRow>(string Name, Node<Keyed<TKey, TRow>> Input)
    : Node(Name), IConsumer<Keyed<TKey, TRow>>
    where TKey : notnull
{
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
