namespace Dataflow.Perf.Nexmark;

/// <summary>The stream that queries are about.</summary>
/// <param name="In">Adds it to a pipeline.</param>
/// <param name="LongestAuction">How long after its own time an auction ends, at the most.</param>
internal sealed record AuctionHouse(Func<Pipeline, Stream<Event>> In, TimeSpan LongestAuction)
{
    /// <summary>Events that are made while they are read.</summary>
    public static AuctionHouse Made(EventGenerator generator, long events, int splits, Pace? pace = null)
        => new(pipeline => pipeline.From(new NexmarkSource(generator, events, splits, pace)), generator.LongestAuction);

    /// <summary>Events in a topic of the log, which <see cref="EventTopic"/> has filled.</summary>
    public static AuctionHouse InLog(EventGenerator generator)
        => new(static pipeline => pipeline.From(EventTopic.Events.StopAtEnd()), generator.LongestAuction);
}
