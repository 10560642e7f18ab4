using Dataflow.ByReference;
using Dataflow.Log;
using MessagePack;

namespace Dataflow.Tests.Docs.Samples;

[DataflowRecord]
public readonly record struct Visit(Utf8 Page, Utf8 Agent, long Millis, long Time);

[DataflowRecord]
public readonly record struct Purchase(
    [property: Key(0)] long Customer, [property: Key(1)] Utf8 Item, [property: Key(2)] Utf8 Note, [property: Key(3)] double Euro);

[DataflowRecord]
public readonly record struct Amount([property: Key(0)] long Customer, [property: Key(3)] double Euro);

public class TextTests
{
    [Fact]
    public async Task Texts_are_keys_and_results_without_a_string()
    {
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        log.Append<Visit>("visits", [new("/shop/tea", "chrome", 20, 0), new("/home", "edge", 90, 0), new("/shop/tea", "safari", 30, 1)]);
        var pipeline = new Pipeline("slow-pages");
        var slow = pipeline.From(Topic.Of<Visit>("visits").StopAtEnd())
            .Where((in visit) => visit.Page.StartsWith("/shop/"u8))
            .WithEventTime((in visit) => visit.Time)
            .KeyBy((in visit) => visit.Page)
            .Window(Tumbling.Every(TimeSpan.FromMinutes(1)))
            .Aggregate(
                a => (a.Count(), a.Max((in visit) => visit.Millis), a.Max((in visit) => visit.Agent)),
                (page, window, count, millis, agent) => $"{window.Start:HH:mm} {page}: {count} visits, up to {millis} ms, {agent}");
        slow.Values().To(Topic.Of<string>("slow"));

        await pipeline.RunAsync(new JobOptions { Log = log }, TestContext.Current.CancellationToken);

        Assert.Equal(["00:00 /shop/tea: 2 visits, up to 30 ms, safari"], Topic.Of<string>("slow").ReadAll(log));
    }

    [Fact]
    public void A_topic_is_read_as_a_smaller_type()
    {
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        log.Append<Purchase>("purchases", [new(1, "tea", "as ever", 4.5), new(2, "cups", "", 9)]);

        Assert.Equal([new(1, 4.5), new(2, 9)], Topic.Of<Amount>("purchases").ReadAll(log));
    }
}
