using Dataflow;

var pipeline = new Pipeline("page-views");

pipeline.From(Source.Csv<PageView>("access.csv"))
    .WithEventTime(view => view.Time, maxOutOfOrderness: TimeSpan.FromSeconds(5))
    .KeyBy(view => view.Page)
    .Window(Tumbling.Every(TimeSpan.FromMinutes(1)))
    .Aggregate(a => (a.Count(), a.Mean(view => view.Ms)), (page, window, views, ms) => new PageMinute(page, window.Start, views, ms))
    .To(Sink.Console<PageMinute>());

await pipeline.RunAsync(new JobOptions { Directory = Directory.CreateTempSubdirectory("hello-").FullName });

public sealed record PageView(DateTimeOffset Time, string Page, int Ms);

public sealed record PageMinute(string Page, DateTimeOffset Minute, long Views, double MeanMs);
