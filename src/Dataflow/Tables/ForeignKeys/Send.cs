using MessagePack;

namespace Dataflow.Tables.ForeignKeys;

/// <summary>A left row sent to its foreign key, or the message that the row no longer names that key.</summary>
/// <param name="Key">The row's own key.</param>
/// <param name="Version">The version: greater for each change of the row.</param>
/// <param name="HasRow">False: the row of that version no longer names the key.</param>
/// <param name="Row">The row.</param>
internal readonly record struct Sent<TKey, TRow>(TKey Key, long Version, bool HasRow, TRow Row);

/// <summary>Sends each left row to the worker of its foreign key, and withdraws it from its previous one.</summary>
internal sealed record SendNode<TKey, TRow, TForeign>(
    string Name, Node<Keyed<TKey, Change<TRow>>> Input, Func<TRow, TForeign> ForeignKey)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TForeign, Sent<TKey, TRow>>>(Name, Input)
    where TKey : notnull
    where TForeign : notnull
{
    public override void CheckTypes() => _ = KeyCodec<TForeign>.Default;

    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TForeign, Sent<TKey, TRow>>> CreateOperator()
        => new SendOperator<TKey, TRow, TForeign>(ForeignKey);
}

internal sealed class SendOperator<TKey, TRow, TForeign>(Func<TRow, TForeign> foreignKey)
    : Operator<Keyed<TKey, Change<TRow>>, Keyed<TForeign, Sent<TKey, TRow>>>
    where TKey : notnull
    where TForeign : notnull
{
    private const int CounterBits = 36;

    private KeyedState<TKey, SentTo<TForeign>> _sent = null!;
    private long _version;

    static SendOperator() => GeneratedCodecs.Add(new Generated.Dataflow_Tables_ForeignKeys_SentTo_1.Form<TForeign>());

    public override void Process(in Record<Keyed<TKey, Change<TRow>>> record)
    {
        var (key, change) = record.Value;
        TForeign to = default!;
        try
        {
            if (change.HasNew)
            {
                to = Context.CheckKey(foreignKey(change.New));
                Context.CheckKept(change.New);
            }
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        var wasSent = _sent.TryGet(key, out var before);
        if (wasSent && !(change.HasNew && EqualityComparer<TForeign>.Default.Equals(before.Key, to)))
            Emit(record.With(new Keyed<TForeign, Sent<TKey, TRow>>(before.Key, new(key, before.Version, false, default!))));
        if (!change.HasNew)
        {
            _sent.Remove(key);
            return;
        }

        _sent.Update(key, out _) = new(to, ++_version);
        Emit(record.With(new Keyed<TForeign, Sent<TKey, TRow>>(to, new(key, _version, true, change.New))));
    }

    protected override void Declare(StepDeclaration declare) => _sent = declare.State<TKey, SentTo<TForeign>>("sent");

    // Greater than all versions of earlier runs: a run's output is kept only with a checkpoint, which raises the epoch.
    protected override void Open() => _version = Context.StartedFrom << CounterBits;
}

/// <summary>The foreign key to which a row was last sent.</summary>
[DataflowRecord]
internal readonly record struct SentTo<TForeign>([property: Key(0)] TForeign Key, [property: Key(1)] long Version);
