using Dataflow;
using Dataflow.Log;

namespace Stranger.Joins;

/// <summary>The promises of a join of two streams with a time limit.</summary>
public abstract class JoinContract : StepContract
{
    private const int BrokenKey = 99;
    private const int Within = 60;

    private static readonly Reading[] Orders = [.. Input.Readings(seed: 1), new(BrokenKey, 2_500, Broken)];
    private static readonly Reading[] Payments = [.. Input.Readings(seed: 2), new(BrokenKey, 2_501, 1)];

    protected static TimeSpan Limit => TimeSpan.FromMilliseconds(Within);

    protected override IReadOnlyList<string> Expected => Pairs(withBroken: true);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Pairs(withBroken: false);

    protected override void Fill(LogStore log)
    {
        log.Write("orders", Orders);
        log.Write("payments", Payments);
    }

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        var (orders, payments) = (pipeline.Readings("orders"), pipeline.Readings("payments"));
        Join(orders, payments, (order, payment) => $"{order.Key}: {Check(order, fails)} and {payment.Value}")
            .Values().To(Topic.Of<string>(Results));
        return pipeline;
    }

    protected abstract KeyedStream<int, string> Join(
        KeyedStream<int, Reading> orders, KeyedStream<int, Reading> payments, Func<Reading, Reading, string> result);

    private static long Check(Reading order, bool fails) => order.Key == BrokenKey ? Check(order.Value, fails) : order.Value;

    private static string[] Pairs(bool withBroken)
        => [.. Orders.SelectMany(_ => Payments, static (order, payment) => (Order: order, Payment: payment))
            .Where(pair => pair.Order.Key == pair.Payment.Key && Math.Abs(pair.Order.Time - pair.Payment.Time) <= Within)
            .Where(pair => withBroken || pair.Order.Key != BrokenKey)
            .Select(static pair => $"{pair.Order.Key}: {pair.Order.Value} and {pair.Payment.Value}").Order(StringComparer.Ordinal)];
}

public sealed class BuiltInJoinTests : JoinContract
{
    protected override KeyedStream<int, string> Join(
        KeyedStream<int, Reading> orders, KeyedStream<int, Reading> payments, Func<Reading, Reading, string> result)
        => orders.JoinInterval(payments, -Limit, Limit, result);
}

public sealed class MeetTests : JoinContract
{
    [Fact]
    public void Drops_what_can_meet_no_other_record_and_counts_late_ones()
    {
        var (orders, payments) = (Topic.Of<Reading>("orders", 1), Topic.Of<Reading>("payments", 1));
        using var driver = new Dataflow.Testing.PipelineDriver(() =>
        {
            var pipeline = new Pipeline("meet");
            Join(Timed(pipeline, orders), Timed(pipeline, payments), static (order, payment) => $"{order.Value} and {payment.Value}")
                .Values().To(Topic.Of<string>(Results));
            return pipeline;
        });
        driver.Feed(orders, new Reading(1, 100, 1), new Reading(1, 1_000, 2));
        driver.Feed(payments, new Reading(1, 1_010, 3));
        driver.Feed(payments, new Reading(1, 900, 4));

        var step = driver.Status.Steps.Single(static step => step.Name == "meet");
        Assert.Equal((1, 2), (step.Late, step.StateEntries));
        Assert.Equal(["2 and 3"], driver.Read(Topic.Of<string>(Results)));
    }

    [Fact]
    public void A_limit_that_is_none_is_a_fault_of_the_plan_with_its_remedy()
    {
        var pipeline = Begin(fails: false);
        pipeline.Readings("orders").Meet(pipeline.Readings("payments"), TimeSpan.Zero, static (order, _) => order.Value)
            .Values().To(Sink.Memory<long>());

        Assert.Equal(
            "Pipeline 'stranger': step 'meet' pairs within 00:00:00. Give it a longer time.",
            Assert.Throws<PlanException>(pipeline.Explain).Message);
    }

    protected override KeyedStream<int, string> Join(
        KeyedStream<int, Reading> orders, KeyedStream<int, Reading> payments, Func<Reading, Reading, string> result)
        => orders.Meet(payments, Limit, result);

    private static KeyedStream<int, Reading> Timed(Pipeline pipeline, Topic<Reading> topic)
        => pipeline.From(topic).WithEventTime(static reading => reading.Time, name: $"time-of-{topic}")
            .KeyBy(static reading => reading.Key);
}
