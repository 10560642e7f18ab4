using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Docs.Samples;

public class PageViewTests
{
    [Fact]
    public async Task Clicks_are_counted_for_each_minute_under_the_title_of_their_page()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var log = SimulatedJob.OpenLog();
        await using (var pages = await log.OpenWriterAsync<string, Page>(PageViews.Pages, cancellationToken: cancellationToken))
            await pages.WriteAsync("p1", new Page("p1", "Welcome"), cancellationToken: cancellationToken);
        var start = new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.Zero);
        log.Append("clicks", new[] { 0, 20, 50, 61, 75 }.Select(second => new Click("p1", start.AddSeconds(second))), partitions: 4);

        var job = SimulatedJob.Start(PageViews.Create(), log);
        job.RunUntilIdle();
        job.Drain();
        job.Run();

        Assert.Equal(
            [new PageMinute("Welcome", start, 3), new PageMinute("Welcome", start.AddMinutes(1), 2)], PageViews.PerMinute.ReadAll(log));
    }
}
