using Dataflow;
using Dataflow.Dashboard;
using Dataflow.Hosting;
using Dataflow.Log;

var views = Topic.Of<PageView>("views", partitions: 1);
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddDataflow().AddPipeline("page-views", (pipeline, _) => pipeline.From(views)
    .WithEventTime(view => view.Time, maxOutOfOrderness: TimeSpan.FromSeconds(5))
    .KeyBy(view => view.Page)
    .Window(Tumbling.Every(TimeSpan.FromMinutes(1)))
    .Aggregate(a => (a.Count(), a.Mean(view => view.Ms)), (page, window, count, ms) => new PageMinute(page, window.Start, count, ms))
    .To(Sink.Console<PageMinute>()));
builder.Services.AddHealthChecks().AddDataflow();

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapDataflowDashboard(() => app.Services.GetRequiredService<DataflowJobs>().All);
app.MapPost("/views", async (PageView view, PartitionedLog log) =>
{
    await using var writer = await log.OpenWriterAsync<string, PageView>(views);
    await writer.WriteAsync(view.Page, view);
});
app.Run();

public sealed record PageView(DateTimeOffset Time, string Page, int Ms);

public sealed record PageMinute(string Page, DateTimeOffset Minute, long Views, double MeanMs);
