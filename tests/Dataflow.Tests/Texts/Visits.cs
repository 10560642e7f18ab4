using Dataflow.Log;
using MessagePack;

namespace Dataflow.Tests.Texts;

/// <summary>An event with texts of either kind.</summary>
public interface IVisit<out TText>
{
    TText Page { get; }

    TText User { get; }

    int Millis { get; }

    long Time { get; }
}

[DataflowRecord]
public sealed record VisitOfStrings(
    [property: Key(0)] string Page, [property: Key(1)] string User, [property: Key(2)] int Millis, [property: Key(3)] long Time)
    : IVisit<string>;

[DataflowRecord]
public readonly record struct VisitOfTexts(
    [property: Key(0)] Utf8 Page, [property: Key(1)] Utf8 User, [property: Key(2)] int Millis, [property: Key(3)] long Time)
    : IVisit<Utf8>;

[DataflowRecord]
public sealed record VisitObject(
    [property: Key(0)] Utf8 Page, [property: Key(1)] Utf8 User, [property: Key(2)] int Millis, [property: Key(3)] long Time)
    : IVisit<Utf8>;

/// <summary>A topic of visits, in many small batches, whose memory a reader uses again and again.</summary>
internal static class Visits
{
    public const string Topic = "visits";
    private const int Partitions = 3;
    private const int InBatch = 9;

    public static void Fill(LogStore log, int visits, int from = 0)
    {
        // A page is in one partition, so that its visits come in one order, whatever the workers.
        foreach (var pages in Enumerable.Range(from, visits).Select(Visit).GroupBy(static visit => visit.Page[1] % Partitions))
        {
            foreach (var batch in pages.Chunk(InBatch)) log.Append(Topic, batch, pages.Key, Partitions);
        }
    }

    private static VisitOfStrings Visit(int number)
    {
        var random = new Random(number);
        var page = $"/{new string((char)('a' + random.Next(5)), 1 + random.Next(40))}";
        return new(page, $"user-{random.Next(20)}", random.Next(1000), 1_000_000 + (number * 100L));
    }
}
