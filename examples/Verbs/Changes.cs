using Dataflow;

namespace Verbs;

/// <summary>The changes of a table as a stream, and the table of a part of them.</summary>
internal static class ChangesExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 1), new(1, "bob", "tea", 4), new(2, "ada", "cups", 2)];
        var pipeline = new Pipeline("changes");
        var pieces = pipeline.From(Source.Of(input).OneByOne())
            .KeyBy(order => order.Customer)
            .Aggregate(a => a.Sum(order => order.Pieces), (_, sum) => sum, "pieces");

        pieces.Changes().Values()
            .Select(change => change.HasOld && change.HasNew ? $"{change.New - change.Old} more" : $"{change.Kind}: {change.New}")
            .To(Sink.Console<string>());
        pieces.Changes().Where(change => change.New > 2).ToTable("many").PrintChanges("many");

        await pipeline.RunInMemoryAsync();
    }
}
