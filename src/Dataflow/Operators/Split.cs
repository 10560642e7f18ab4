namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Splits the stream in two: returns the records whose value satisfies <paramref name="predicate"/>; all others go to
        /// <paramref name="rest"/>.</summary>
        /// <remarks>For more than two streams split the rest again: a record goes to the first that it fits.</remarks>
        /// <param name="predicate">Called once per record, on the task's thread; must not block.</param>
        /// <param name="rest">The records whose value does not satisfy it. They count as filtered in the status of this step.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <exception cref="ArgumentNullException"><paramref name="predicate"/> is null.</exception>
        /// <example><code>
        /// var large = pipeline.From(Source.Of(5, 700, 42)).Split(amount => amount >= 100, out var rest);
        /// var small = rest.Split(amount => amount &lt; 10, out var others, "split-small");
        /// </code></example>
        public Stream<T> Split(Func<T, bool> predicate, out Stream<T> rest, string name = "split")
        {
            ArgumentNullException.ThrowIfNull(predicate);
            var others = new Output<T>($"{name}-rest");
            var fitting = stream.Add(input => new SplitNode<T>(name, input, predicate, others));
            rest = fitting.SideOutput(others);
            return fitting;
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Splits the stream in two: returns the records whose value satisfies <paramref name="predicate"/>; all others go to
        /// <paramref name="rest"/>. Keys stay.</summary>
        /// <inheritdoc cref="Verbs.extension{T}(Stream{T}).Split(Func{T, bool}, out Stream{T}, string)"/>
        public KeyedStream<TKey, T> Split(Func<T, bool> predicate, out KeyedStream<TKey, T> rest, string name = "split")
        {
            ArgumentNullException.ThrowIfNull(predicate);
            Stream<Keyed<TKey, T>> others = null!;
            var fitting = stream.Through(pairs => pairs.Split(pair => predicate(pair.Value), out others, name));
            rest = stream.Through(_ => others);
            return fitting;
        }
    }
}

internal sealed record SplitNode<T>(string Name, Node<T> Input, Func<T, bool> Predicate, Output<T> Rest) : Node<T, T>(Name, Input)
{
    public override Operator<T, T> CreateOperator() => new SplitOperator<T>(Predicate, Rest);
}

internal sealed class SplitOperator<T>(Func<T, bool> predicate, Output<T> rest) : Operator<T, T>
{
    private SideOutput<T> _rest = null!; // set by Declare, as the counter
    private Counter _filtered = null!;

    public override bool IsOneToOne => true;

    public override void Process(in Record<T> record)
    {
        bool fits;
        try
        {
            fits = predicate(record.Value);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (fits)
        {
            Emit(in record);
        }
        else
        {
            _filtered.Add();
            _rest.Emit(in record);
        }
    }

    protected override void Declare(StepDeclaration declare)
    {
        _rest = declare.Output(rest);
        _filtered = declare.Counter(CounterDefinition.Filtered);
    }
}
