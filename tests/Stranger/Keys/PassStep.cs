using Dataflow;

namespace Stranger.Keys;

/// <summary>How often each key has come is told to another key, with the factor that every worker knows.</summary>
internal static class PassStep
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Gives each record several keys.</summary>
        public KeyedStream<TKey, T> KeyByEach<TKey>(Func<T, IEnumerable<TKey>> keys, string name = "key-by-each")
            where TKey : notnull
            => new(stream.Add(input => new EachNode<TKey, T>(name, input, keys)));
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Counts the records of each key, and tells each count to another key.</summary>
        public KeyedStream<TOther, long> CountFor<TOther>(Func<TKey, TOther> other, string name = "count-for")
            where TOther : notnull
            => stream.AddChangingKeys(input => new CountForNode<TKey, T, TOther>(name, input, other));
    }

    extension<TKey>(KeyedStream<TKey, long> stream)
        where TKey : notnull
    {
        /// <summary>Multiplies with the sum of all factors that have come.</summary>
        public KeyedStream<TKey, long> Times(Stream<long> factors, string name = "times")
            => stream.AddBroadcast(factors, (input, second) => new TimesNode<TKey>(name, input, second));
    }
}

internal sealed record EachNode<TKey, T>(string Name, Node<T> Input, Func<T, IEnumerable<TKey>> Keys) : Node<T, Keyed<TKey, T>>(Name, Input)
    where TKey : notnull
{
    public override Operator<T, Keyed<TKey, T>> CreateOperator() => new EachOperator<TKey, T>(Keys);
}

internal sealed class EachOperator<TKey, T>(Func<T, IEnumerable<TKey>> keys) : Operator<T, Keyed<TKey, T>>
    where TKey : notnull
{
    public override void Process(in Record<T> record)
    {
        foreach (var key in keys(record.Value)) Emit(record.With(new Keyed<TKey, T>(key, record.Value)));
    }
}

internal sealed record CountForNode<TKey, T, TOther>(string Name, Node<Keyed<TKey, T>> Input, Func<TKey, TOther> Other)
    : Node<Keyed<TKey, T>, Keyed<TOther, long>>(Name, Input)
    where TKey : notnull
    where TOther : notnull
{
    public override Operator<Keyed<TKey, T>, Keyed<TOther, long>> CreateOperator() => new CountForOperator<TKey, T, TOther>(Other);
}

internal sealed class CountForOperator<TKey, T, TOther>(Func<TKey, TOther> other) : Operator<Keyed<TKey, T>, Keyed<TOther, long>>
    where TKey : notnull
    where TOther : notnull
{
    private KeyedState<TKey, long> _counts = null!;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        Emit(record.With(new Keyed<TOther, long>(other(key), ++_counts.Update(key, out _))));
    }

    protected override void Declare(StepDeclaration declare) => _counts = declare.State<TKey, long>("counts");
}

internal sealed record TimesNode<TKey>(string Name, Node<Keyed<TKey, long>> Input, SecondInput<long> Second)
    : Node<Keyed<TKey, long>, long, Keyed<TKey, long>>(Name, Input, Second)
    where TKey : notnull
{
    public override bool ReadsSecondFirst => true;

    public override Operator<Keyed<TKey, long>, long, Keyed<TKey, long>> CreateOperator() => new TimesOperator<TKey>();
}

internal sealed class TimesOperator<TKey> : Operator<Keyed<TKey, long>, long, Keyed<TKey, long>>
    where TKey : notnull
{
    private KeyedState<string, long> _factor = null!;
    private KeyedState<TKey, long> _sums = null!;

    public override bool WaitsForSecond => false;

    public override void ProcessSecond(in Record<long> record) => _factor.Update("factor", out _) += record.Value;

    public override void Process(in Record<Keyed<TKey, long>> record)
    {
        ref var sum = ref _sums.Update(record.Value.Key, out _);
        sum += record.Value.Value * _factor.Find("factor");
        Emit(record.With(new Keyed<TKey, long>(record.Value.Key, sum)));
    }

    protected override void Declare(StepDeclaration declare)
    {
        _factor = declare.BroadcastState<string, long>("factor");
        _sums = declare.State<TKey, long>("sums");
    }
}
