using Dataflow;
using Dataflow.Log;

// The log is a directory. One process at a time opens it.
await using var log = LogStore.Open("visits-data");
var visits = Topic.Of<Visit>("visits", partitions: 1);

var pipeline = new Pipeline("visits");
var byPage = pipeline.From(visits)
    .WithEventTime(visit => visit.Time, maxOutOfOrderness: TimeSpan.FromSeconds(1))
    .KeyBy(visit => visit.Page);

// How often each page was visited in each two seconds.
byPage.Window(Tumbling.Every(TimeSpan.FromSeconds(2)))
    .Aggregate(a => a.Count(), (page, window, count) => $"{window.Start:HH:mm:ss} {page,-6} {count}")
    .To(Sink.Console<string>());

// How often since the beginning: a table, which can be read while the job runs.
var totals = byPage.Aggregate(a => a.Count(), (page, count) => count, name: "totals");

var written = log.TryGetTopic("visits", out _) ? visits.ReadAll(log).Count() : 0;
await using var job = await pipeline.StartAsync(new JobOptions { Log = log });
var (table, counted) = (job.Read(totals), 0L);
while (counted < written) counted = (await table.GetAllAsync()).Sum(row => row.Value);
Console.WriteLine($"From checkpoint {job.StartedFrom}: {written} visits in the log, {counted} counted.");

// A hundred visits a second, until somebody ends the program.
await using var writer = await log.OpenWriterAsync<string, Visit>(visits);
string[] pages = ["home", "shop", "help"];
while (true)
{
    var page = pages[Random.Shared.Next(pages.Length)];
    await writer.WriteAsync(page, new Visit(page, DateTimeOffset.UtcNow));
    await Task.Delay(10);
}

public sealed record Visit(string Page, DateTimeOffset Time);
