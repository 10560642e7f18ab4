namespace Dataflow.Tests.Docs.Samples;

public sealed record Click(string Page, DateTimeOffset Time);

public sealed record Page(string Id, string Title);

public sealed record Seen(string Page, string Title);

public sealed record PageMinute(string Title, DateTimeOffset Minute, long Clicks);

/// <summary>Clicks with the titles of their pages, counted for each minute.</summary>
internal static class PageViews
{
    public static readonly Topic<Click> Clicks = Topic.Of<Click>("clicks");
    public static readonly Topic<Page> Pages = Topic.Of<Page>("pages");
    public static readonly Topic<PageMinute> PerMinute = Topic.Of<PageMinute>("clicks-per-minute");

    public static Pipeline Create()
    {
        var pipeline = new Pipeline("page-views");
        var pages = pipeline.Table<string, Page>(Pages);

        pipeline.From(Clicks)
            .WithEventTime(click => click.Time, maxOutOfOrderness: TimeSpan.FromSeconds(10))
            .KeyBy(click => click.Page)
            .Join(pages, (click, page) => new Seen(click.Page, page.Title))
            .Window(Tumbling.Every(TimeSpan.FromMinutes(1)))
            .Aggregate(
                a => (a.First(seen => seen.Title), a.Count()),
                (page, minute, title, clicks) => new PageMinute(title, minute.Start, clicks))
            .To(PerMinute);
        return pipeline;
    }
}
