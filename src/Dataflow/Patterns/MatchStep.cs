namespace Dataflow;

static partial class Verbs
{
    private const int MaxOpen = 10_000;

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Finds a pattern in the records of each key, in the order of their event time; records of equal time in the order of
        /// arrival.</summary>
        /// <remarks>A record waits until the watermark has passed it; one that arrives later is late, counted and dropped. A match is
        /// emitted once no other can replace it, with the time of its last record, or that of the watermark if it has passed this, so that
        /// later steps do not take it for late. Open matches are kept in state; a checkpoint writes all open matches of each changed
        /// key.</remarks>
        /// <param name="pattern">The pattern to find.</param>
        /// <param name="result">Computes the result of a key and a match; called on the task's thread.</param>
        /// <param name="maxOpen">The largest number of open partial matches of a key: beyond it, the oldest searches are dropped and
        /// counted.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <exception cref="ArgumentException">The pattern can never end, or can match without any record.</exception>
        /// <example><code>
        /// prices.Match(
        ///         Pattern.Begin&lt;Price>("start", _ => true)
        ///             .Next("rise", (price, match) => price.Euro > match.All[^1].Euro).OneOrMore()
        ///             .Next("fall", (price, match) => price.Euro &lt; match["rise"][^1].Euro)
        ///             .Within(TimeSpan.FromHours(1)),
        ///         (item, match) => $"{item}: {match["start"][0].Euro} up to {match["rise"][^1].Euro}, down to {match["fall"][0].Euro}")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public KeyedStream<TKey, TOut> Match<TOut>(
            Pattern<T> pattern, Func<TKey, Match<T>, TOut> result, int maxOpen = MaxOpen, string name = "match")
            => stream.Match(pattern, result, new Output<TOut>($"{name}-timed-out"), maxOpen, name);

        /// <summary>Finds a pattern; also emits partial matches whose <c>Within</c> expired, to a stream of their own. There are none with
        /// <see cref="AfterMatch.NoSkip"/>.</summary>
        /// <example><code>
        /// var paid = steps.Match(
        ///         Pattern.Begin&lt;(int, string, string What)>("order", step => step.What == "order")
        ///             .FollowedBy("payment", step => step.What == "payment")
        ///             .Within(TimeSpan.FromMinutes(15)),
        ///         (customer, match) => $"{customer}, {match.All.Count} of 2 steps",
        ///         out var timedOut);
        /// </code></example>
        public KeyedStream<TKey, TOut> Match<TOut>(
            Pattern<T> pattern, Func<TKey, Match<T>, TOut> result, out KeyedStream<TKey, TOut> timedOut, int maxOpen = MaxOpen,
            string name = "match")
        {
            var output = new Output<TOut>($"{name}-timed-out");
            var matches = stream.Match(pattern, result, output, maxOpen, name);
            timedOut = matches.SideOutput(output);
            return matches;
        }

        private KeyedStream<TKey, TOut> Match<TOut>(
            Pattern<T> pattern, Func<TKey, Match<T>, TOut> result, Output<TOut> timedOut, int maxOpen, string name)
        {
            ArgumentNullException.ThrowIfNull(pattern);
            ArgumentNullException.ThrowIfNull(result);
            ArgumentOutOfRangeException.ThrowIfLessThan(maxOpen, 1);
            pattern.Check();
            return stream.Add(input => new MatchNode<TKey, T, TOut>(name, input, pattern, result, maxOpen, timedOut));
        }
    }
}

internal sealed record MatchNode<TKey, T, TOut>(
    string Name, Node<Keyed<TKey, T>> Input, Pattern<T> Pattern, Func<TKey, Match<T>, TOut> Result, int MaxOpen, Output<TOut> TimedOut)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => Pattern.ToString();

    public override string StateSignature => $"match {Pattern}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator()
        => new Patterns.MatchOperator<TKey, T, TOut>(Pattern, Result, MaxOpen, TimedOut);

    public override IEnumerable<string> Check()
        => HasEventTime ? [] : [$"Match '{Name}' needs event time. Add WithEventTime(...) before KeyBy."];
}
