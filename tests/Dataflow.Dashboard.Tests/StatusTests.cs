using System.Text.Json.Nodes;

namespace Dataflow.Dashboard.Tests;

/// <summary>The numbers of the API are those of the job.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task Shows_the_numbers_of_the_job()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        var status = watched.Job.Status;

        var view = await watched.GetAsync("api/v1/jobs/orders");

        var summary = view["summary"]!;
        Assert.Equal(
            ("orders", "Running", status.RecordsRead, status.Lag, status.DeadLetters, status.StateEntries),
            ((string)summary["pipeline"]!, (string)summary["state"]!, (long)summary["recordsRead"]!, (long)summary["lag"]!,
                (long)summary["deadLetters"]!, (long)summary["stateEntries"]!));
        Assert.Equal(
            status.Steps.Select(step => (step.Label, step.In, step.Emitted, step.Late, step.Unmatched, step.Filtered, step.DeadLetters)),
            view["steps"]!.AsArray().Select(step => ((string)step!["label"]!, (long)step["in"]!, (long)step["out"]!, (long)step["late"]!,
                (long)step["unmatched"]!, (long)step["filtered"]!, (long)step["deadLetters"]!)));
        Assert.Equal(
            status.Splits.Select(split => (split.Name, split.Position, split.Read, split.Lag, split.WatermarkMs)),
            view["splits"]!.AsArray().Select(split => ((string)split!["name"]!, (long)split["position"]!, (long)split["read"]!,
                (long?)split["lag"], (long?)split["watermarkMs"])));
        Assert.Equal(
            status.Stages.Select(stage => $"{stage.Name} {stage.Worker} {string.Join(' ', stage.Steps)}"),
            view["stages"]!.AsArray().Select(stage
                => $"{stage!["name"]} {stage["worker"]} {string.Join(' ', stage["steps"]!.AsArray().Select(step => (string)step!))}"));
        Assert.True(status.Steps.Sum(step => step.Late) > 0 && status.Steps.Sum(step => step.Unmatched) > 0);
    }

    [Fact]
    public async Task Says_what_is_found_and_the_gravest_first()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        var found = (await watched.GetAsync("api/v1/jobs/orders"))["findings"]!.AsArray();

        Assert.Contains("SomeAreLeftOut", found.Select(finding => (string)finding!["kind"]!));
        string[] order = ["Problem", "Attention", "Fine", "Note"];
        var severities = found.Select(finding => Array.IndexOf(order, (string)finding!["severity"]!)).ToList();
        Assert.Equal(severities.Order(), severities);
    }

    [Fact]
    public async Task Lists_all_jobs_and_tells_two_of_a_name_apart()
    {
        await using var first = await WatchedJob.OrdersAsync();
        await using var second = await WatchedJob.OrdersAsync();
        Job[] jobs = [first.Job, second.Job, first.Job];
        await using var server = await DashboardServer.StartAsync(
            () => jobs, new DashboardServerOptions { Port = 0, Time = first.Clock }, TestContext.Current.CancellationToken);

        var list = JsonNode.Parse(await first.Client.GetStringAsync(
            new Uri(server.Uri, "api/v1/jobs"), TestContext.Current.CancellationToken))!;

        Assert.Equal(["orders", "orders~2"], list["jobs"]!.AsArray().Select(job => (string)job!["id"]!));
    }

    [Fact]
    public async Task Shows_the_plan_as_a_graph()
    {
        await using var watched = await WatchedJob.OrdersAsync();

        var plan = await watched.GetAsync("api/v1/jobs/orders/plan");

        var steps = plan["steps"]!.AsArray().ToDictionary(step => (string)step!["label"]!, step => step!);
        Assert.Equal("Source", (string)steps["orders-in"]["kind"]!);
        Assert.Equal("Sink", (string)steps["counts"]["kind"]!);
        Assert.Equal("Exchange", (string)steps[(string)steps["with-city"]["inputs"]![0]!]["kind"]!);
        Assert.Equal(2, steps["with-city"]["inputs"]!.AsArray().Count);
        Assert.All(steps.Values, step => Assert.All(step["inputs"]!.AsArray(), input => Assert.True(steps.ContainsKey((string)input!))));
        Assert.Equal(watched.Job.Explain().ToString(), (string)plan["text"]!);
    }

    [Fact]
    public async Task Keeps_the_last_ten_minutes()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        await watched.WaitAsync(static status => status.Checkpoints.Count > 0);
        watched.Tick(700);

        var history = await watched.GetAsync("api/v1/jobs/orders/history");

        var samples = history["samples"]!.AsArray();
        Assert.Equal(600, samples.Count);
        Assert.Equal(watched.Clock.GetUtcNow().ToUnixTimeMilliseconds(), (long)samples[^1]!["atMs"]!);
        Assert.Equal(599_000, (long)samples[^1]!["atMs"]! - (long)samples[0]!["atMs"]!);
        var checkpoints = history["checkpoints"]!.AsArray().Select(found => (long)found!["number"]!).ToList();
        Assert.NotEmpty(checkpoints);
        Assert.Equal(checkpoints.Distinct().Order(), checkpoints);
    }

    [Fact]
    public async Task Measures_rates_and_the_growth_of_state_by_its_own_clock()
    {
        await using var watched = await WatchedJob.StartAsync(Orders.Pipeline(), fill: null);
        await watched.WaitAsync(static status => status.RecordsRead == 5);
        watched.Tick(20);
        Assert.Equal(0, (double)(await watched.GetAsync("api/v1/jobs/orders"))["summary"]!["readPerSecond"]!);

        await Orders.FillAsync(watched.Log);
        var status = await watched.WaitAsync(static status => status.RecordsRead == Orders.Timely + 5);
        watched.Tick();

        var view = await watched.GetAsync("api/v1/jobs/orders");
        Assert.Equal(Orders.Timely / 5.0, (double)view["summary"]!["readPerSecond"]!); // over the last five seconds
        var holder = status.Steps.Single(step => step.Label == "minutes-aggregate");
        var shown = view["steps"]!.AsArray().Single(step => (string)step!["label"]! == holder.Label)!;
        Assert.True((double)shown["stateGrowthPerMinute"]! > 0);
    }

    [Fact]
    public async Task Keeps_the_state_of_the_steps_with_most_of_it_for_ten_minutes()
    {
        await using var watched = await WatchedJob.StartAsync(Orders.Pipeline(), fill: null);
        await watched.WaitAsync(static status => status.RecordsRead == 5);
        watched.Tick(20);
        await Orders.FillAsync(watched.Log);
        await watched.WaitAsync(static status => status.RecordsRead == Orders.Timely + 5);
        await watched.WaitAsync(Orders.HasClosedWindows);
        watched.Tick();
        var largest = watched.Job.Status.Steps.Where(static step => step.StateEntries > 0)
            .OrderByDescending(static step => step.StateEntries).ToList();

        var states = (await watched.GetAsync("api/v1/jobs/orders/state"))["steps"]!.AsArray();

        Assert.Equal(
            largest.Select(static step => (step.Label, step.StateEntries)),
            states.Select(static step => ((string)step!["label"]!, (long)step["samples"]!.AsArray()[^1]!["entries"]!)));
        var windows = states.Single(static step => (string)step!["label"]! == "minutes-aggregate")!["samples"]!.AsArray();
        Assert.Equal(0, (long)windows[0]!["entries"]!); // before the orders

        watched.Tick(700);
        var samples = (await watched.GetAsync("api/v1/jobs/orders/state"))["steps"]![0]!["samples"]!.AsArray();
        Assert.InRange((long)samples[^1]!["atMs"]! - (long)samples[0]!["atMs"]!, 590_000, 600_000);
    }

    [Fact]
    public async Task Ends_with_the_job_and_says_how()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        await watched.Job.StopAsync(TestContext.Current.CancellationToken);
        watched.Tick();

        var view = await watched.GetAsync("api/v1/jobs/orders");

        Assert.Equal("Stopped", (string)view["summary"]!["state"]!);
        Assert.Equal("Ended", (string)view["findings"]![0]!["kind"]!);
    }

    internal static bool IsRead(JobStatus status)
        => status.RecordsRead == Orders.Count + 5 && status.Steps.All(step => step.InFlight is null or 0);
}
