using Dataflow;

namespace Stranger.Tallies;

internal static class TallyStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Says of each record how many of its key, and how many of its key and kind, there have been. The code that makes the
        /// text comes last, when all is counted: where it fails, nothing has been.</summary>
        public KeyedStream<TKey, string> Tally<TKind>(Func<T, TKind> kind, Func<T, int, int, string> text, string name = "tally")
            where TKind : notnull
            => stream.Add(input => new TallyNode<TKey, T, TKind>(name, input, kind, text));
    }
}

internal sealed record TallyNode<TKey, T, TKind>(
    string Name, Node<Keyed<TKey, T>> Input, Func<T, TKind> Kind, Func<T, int, int, string> Text)
    : Node<Keyed<TKey, T>, Keyed<TKey, string>>(Name, Input)
    where TKey : notnull
    where TKind : notnull
{
    public override Operator<Keyed<TKey, T>, Keyed<TKey, string>> CreateOperator() => new TallyOperator<TKey, T, TKind>(Kind, Text);
}

internal sealed class TallyOperator<TKey, T, TKind>(Func<T, TKind> kind, Func<T, int, int, string> text)
    : Operator<Keyed<TKey, T>, Keyed<TKey, string>>
    where TKey : notnull
    where TKind : notnull
{
    private UndoLog _undo = null!;
    private UndoableState<TKey, int> _all = null!;
    private UndoableState<KeyPair<TKey, TKind>, int> _ofKind = null!;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var (key, value) = record.Value;
        string made;
        _undo.Begin();
        try
        {
            made = text(value, ++_all.Update(key, out _), ++_ofKind.Update(new(key, kind(value)), out _));
        }
        catch (Exception error)
        {
            _undo.Undo();
            Reject(error, in record);
            return;
        }

        _undo.Commit();
        Emit(record.With(new Keyed<TKey, string>(key, made)));
    }

    protected override void Declare(StepDeclaration declare)
    {
        _undo = new(declare.KeepsRejected);
        _all = new(declare.State<TKey, int>("all"), _undo);
        _ofKind = new(declare.State<KeyPair<TKey, TKind>, int>("of-kind"), _undo);
    }
}
