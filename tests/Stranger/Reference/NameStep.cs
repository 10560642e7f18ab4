using Dataflow;

namespace Stranger.Reference;

internal static class NameStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Gives each value the name of its key. All names are read before the first value.</summary>
        public KeyedStream<TKey, TOut> Named<TOut>(
            KeyedStream<TKey, string> names, Func<string, T, TOut> result, string name = "named")
            => stream.Add(names, (input, second) => new NameNode<TKey, T, TOut>(name, input, second, result));
    }
}

internal sealed record NameNode<TKey, T, TOut>(
    string Name, Node<Keyed<TKey, T>> Input, SecondInput<Keyed<TKey, string>> Second, Func<string, T, TOut> Result)
    : Node<Keyed<TKey, T>, Keyed<TKey, string>, Keyed<TKey, TOut>>(Name, Input, Second)
    where TKey : notnull
{
    public override bool ReadsSecondFirst => true;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, string>, Keyed<TKey, TOut>> CreateOperator()
        => new NameOperator<TKey, T, TOut>(Result);
}

internal sealed class NameOperator<TKey, T, TOut>(Func<string, T, TOut> result)
    : Operator<Keyed<TKey, T>, Keyed<TKey, string>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private KeyedState<TKey, string> _names = null!;

    public override bool WaitsForSecond => false;

    public override void ProcessSecond(in Record<Keyed<TKey, string>> record)
        => _names.Update(record.Value.Key, out _) = record.Value.Value;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        _names.TryGet(record.Value.Key, out var name);
        TOut made;
        try
        {
            made = result(name ?? "nobody", record.Value.Value);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        Emit(record.With(new Keyed<TKey, TOut>(record.Value.Key, made)));
    }

    protected override void Declare(StepDeclaration declare) => _names = declare.State<TKey, string>("names");
}
