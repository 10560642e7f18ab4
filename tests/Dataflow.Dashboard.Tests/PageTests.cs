using System.Globalization;
using System.Text.Json.Nodes;
using Dataflow.Tests;

namespace Dataflow.Dashboard.Tests;

/// <summary>The page in a real browser.</summary>
public sealed class PageTests(Chromium chromium)
{
    private static readonly string[] s_views =
        ["overview", "steps", "splits", "checkpoints", "leftout", "topics", "lookups", "models", "counters"];

    private static readonly DashboardServerOptions s_all = new() { ShowsValues = true, ActionToken = "act" };

    [Theory]
    [InlineData(1440, "light")]
    [InlineData(390, "dark")]
    public async Task Each_view_is_accessible_and_fits_the_screen(int width, string scheme)
    {
        await using var watched = await WatchedJob.OrdersAsync(s_all);
        await watched.WaitAsync(static status => status.Checkpoints.Count > 0);
        watched.Tick(3);

        var shown = await chromium.RunAsync(
            "views", new { url = watched.Server.Uri, views = s_views.Select(view => $"jobs/orders/{view}"), width, scheme });

        Assert.Equal([], Texts(shown["problems"]));
        foreach (var view in shown["found"]!.AsArray())
        {
            Assert.True(view!["violations"]!.AsArray().Count == 0, $"{view["view"]}: {string.Join('\n', Texts(view["violations"]))}");
            Assert.Equal(0, (int)view["overflow"]!);
            Assert.Equal("orders", (string)view["heading"]!);
        }
    }

    [Fact]
    public async Task Views_show_the_numbers_of_the_job()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        await watched.WaitAsync(static status => status.Checkpoints.Count > 0);
        watched.Tick();
        var status = watched.Job.Status;

        var stepsView = await ReadAsync(watched, "steps");
        var steps = stepsView["tables"]![0]!;
        Assert.Equal(
            status.Steps.Select(step => $"{step.Label}: {Number(step.In)} {Number(step.Emitted)} {Number(step.StateEntries)}"),
            Rows(steps).Select(row => $"{row[0]}: {row[3]} {row[4]} {row[6]}"));

        var largest = status.Steps.Where(static step => step.StateEntries > 0).OrderByDescending(static step => step.StateEntries).ToList();
        Assert.NotEmpty(largest);
        Assert.Equal(
            largest.Select(static step => $"State of {step.Label}, entries: {Number(step.StateEntries)}"),
            stepsView["charts"]!.AsArray().Select(static plot => string.Join(": ", Texts(plot))));

        var splits = (await ReadAsync(watched, "splits"))["tables"]![0]!;
        Assert.Equal(
            status.Splits.Select(split => $"{split.Name}: {Number(split.Lag ?? 0)} {Number(split.Position)} {Number(split.Read)}").Order(),
            Rows(splits).Select(row => $"{row[0]}: {row[2]} {row[5]} {row[6]}").Order());

        var leftOut = (await ReadAsync(watched, "leftout"))["tables"]![0]!;
        Assert.Equal(
            status.Steps.Where(step => step.Late + step.Unmatched + step.DeadLetters + step.Filtered > 0)
                .Select(step => (step.Label, Number(step.Late), Number(step.Unmatched), Number(step.DeadLetters), Number(step.Filtered))),
            Rows(leftOut).Select(row => (row[0], row[1], row[2], row[3], row[4])));

        var overview = await ReadAsync(watched, "overview");
        Assert.Equal("Running", (string)overview["state"]!);
        Assert.Equal($"{Number(status.RecordsRead)} in all", (string)overview["tiles"]![0]![2]!);
        Assert.Equal($"{Number(status.DeadLetters)} dead letters", (string)overview["tiles"]![2]![2]!);
        Assert.Equal("FineNothing holds the job up.", Texts(overview["findings"])[0]);
        Assert.Contains(
            Texts(overview["findings"]), static found => found.StartsWith("NoteStep 'check' has left out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_planted_bottleneck_is_the_one_that_is_marked()
    {
        var answers = new TaskCompletionSource();
        var pipeline = new Pipeline("slow");
        pipeline.From(Topic.Of<int>("in", partitions: 2)).Select(number => number + 1, name: "fast")
            .MapAsync(async (number, token) =>
            {
                await answers.Task.WaitAsync(token);
                return number;
            }, new AsyncOptions { Concurrency = 2 }, name: "ask")
            .To(Topic.Of<int>("out", partitions: 1));
        await using var watched = await WatchedJob.StartAsync(pipeline);
        watched.Log.Append("in", Enumerable.Range(0, 100));
        while (!watched.Job.Diagnose().Findings.Any(static found => found.Kind == FindingKind.WaitsForCalls))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        watched.Tick();

        var shown = await ReadAsync(watched, "overview");

        Assert.Equal(["ask"], Texts(shown["slow"]));
        Assert.Contains("AttentionStep 'ask' has all the calls under way", Texts(shown["findings"])[0], StringComparison.Ordinal);
        Assert.Contains("Step 'ask'", (string)shown["announced"]!, StringComparison.Ordinal);
        answers.SetResult();
    }

    [Fact]
    public async Task The_quiet_partition_is_the_one_that_is_named()
    {
        var pipeline = new Pipeline("quiet");
        pipeline.From(Topic.Of<long>("in", partitions: 3))
            .WithEventTime(static ms => DateTimeOffset.FromUnixTimeMilliseconds(ms), TimeSpan.Zero, idleAfter: TimeSpan.FromHours(1))
            .KeyBy(static _ => 1).Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(a => a.Count(), (_, _, count) => count)
            .To(Topic.Of<long>("out", partitions: 1));
        await using var watched = await WatchedJob.StartAsync(pipeline);
        var times = Enumerable.Range(0, 100).Select(static i => 1_700_000_000_000 + (i * 1000L)).ToList();
        foreach (var partition in new[] { 0, 2 }) watched.Log.Append("in", times, partition);
        await watched.WaitAsync(static status => status.RecordsRead == 200);
        while (!watched.Job.Diagnose().Findings.Any(static found => found.Kind == FindingKind.SplitHoldsTimeBack))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        watched.Tick();

        var shown = await ReadAsync(watched, "splits");

        Assert.Equal(["in[1]", "holds event time back"], Rows(shown["tables"]![0]!)[0][..2]);
        Assert.Contains(Texts(shown["findings"]), static found => found.StartsWith("AttentionSplit 'in[1]'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Hostile_names_and_values_run_no_script()
    {
        const string Hostile = "<img src=x onerror=hacked=1><script>hacked=1</script><b>'\"&";
        var pipeline = new Pipeline("hostile") { OnError = ErrorPolicy.DeadLetter() };
        var values = pipeline.From(Topic.Of<string>("in", partitions: 1))
            .Select(value => value == Hostile ? value : throw new ArgumentException(value), name: Hostile);
        values.MapAsync(Task.FromResult, name: $"javascript:{Hostile}").To(Topic.Of<string>("out", partitions: 1));
        values.KeyBy(value => value).LatestBy(value => value, name: $"kept {Hostile}");
        await using var watched = await WatchedJob.StartAsync(pipeline, options: s_all);
        watched.Log.Append("in", [Hostile, Hostile + "!", Hostile]);
        await watched.WaitAsync(static status => status.DeadLetters > 0);
        while (!watched.Log.TryGetTopic("hostile.dead-letters", out var topic) || topic.EndOffset(0) == 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        watched.Tick();

        var shown = await chromium.RunAsync("hostile", new { url = watched.Server.Uri, job = "hostile", views = s_views, topic = "in" });

        Assert.Equal((false, 0), ((bool)shown["ran"]!, (int)shown["foreign"]!));
        Assert.Equal([], Texts(shown["problems"]));
        Assert.True(((string)shown["text"]!).Split(Hostile).Length > 8, (string)shown["text"]!); // they are shown as they are
        Assert.Contains($"State of kept {Hostile}, entries", (string)shown["text"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoints_that_failed_are_counted_with_the_last_reason()
    {
        var sink = new FailingSink(failures: 2);
        var pipeline = new Pipeline("fails");
        pipeline.From(Topic.Of<int>("in", partitions: 1)).To(sink);
        await using var watched = await WatchedJob.StartAsync(
            pipeline, jobOptions: new JobOptions { Workers = 1, Restarts = RestartPolicy.ExponentialDelay(3, TimeSpan.Zero) });
        var status = await watched.WaitAsync(static status => status is { Restarts: 2, Checkpoints.Count: > 0 });
        watched.Tick();

        var shown = await ReadAsync(watched, "checkpoints");

        Assert.Equal("2", Texts(shown["figures"]!.AsArray().Single(static figure => (string)figure![0]! == "failed"))[1]);
        Assert.Equal($"The last failure: {status.Checkpoints.LastFailure}", Assert.Single(Texts(shown["refused"])));
        Assert.StartsWith("Checkpoint 1: ", status.Checkpoints.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deletes_a_topic_by_keyboard_for_who_has_the_token_and_types_its_name()
    {
        await using var watched = await WatchedJob.OrdersAsync(s_all);
        watched.Log.Append("old", ["a", "b"]);
        watched.Tick();
        var delete = chromium.RunAsync(
            "deletetopic", new { url = watched.Server.Uri, job = "orders", token = "act", needed = "orders-in", topic = "old" });
        await TickUntilAsync(delete, watched);

        var shown = await delete;

        var refused = Texts(shown["refused"]);
        Assert.Contains("The job of pipeline 'orders' reads or writes it. Stop it first.", refused[0], StringComparison.Ordinal);
        Assert.StartsWith("Say by '?name=' which topic", refused[1], StringComparison.Ordinal);
        Assert.StartsWith("Its records (2) and ", (string)shown["text"]!, StringComparison.Ordinal);
        Assert.Equal("Topic old is deleted, with its records (2).", (string)shown["said"]!);
        Assert.Equal([], Texts(shown["problems"]));
        Assert.False(watched.Log.TryGetTopic("old", out _));
        Assert.True(watched.Log.TryGetTopic("orders-in", out _));
    }

    [Fact]
    public async Task Stops_a_job_by_keyboard_for_who_has_the_token()
    {
        await using var watched = await WatchedJob.OrdersAsync(s_all);

        var shown = await chromium.RunAsync("act", new { url = watched.Server.Uri, job = "orders", token = "act" });

        Assert.StartsWith("The request has not the action token", (string)shown["refused"]!, StringComparison.Ordinal);
        Assert.Equal([], Texts(shown["problems"]));
        await watched.Job.Completion.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(JobState.Stopped, watched.Job.State);
    }

    [Fact]
    public async Task Replay_of_a_dead_letter_changes_the_counts()
    {
        await using var texts = await TextJob.StartAsync(s_all);
        texts.IsMended = true;
        var replay = chromium.RunAsync("replay", new { url = texts.Watched.Server.Uri, job = "texts", token = "act" });
        await TickUntilAsync(replay, texts.Watched);

        var shown = await replay;

        Assert.Equal(["1 records were written again.", "1 records were written again. 1 had been replayed before."], Texts(shown["said"]));
        Assert.Equal(["1 0", "1 0"], Texts(shown["before"]));
        Assert.Equal(["1 1", "1 1"], Texts(shown["after"]));
        Assert.Equal(0, (int)shown["buttons"]!);
        Assert.Equal([], Texts(shown["problems"]));
        await texts.Watched.WaitAsync(static status => status.RecordsRead == 5);
        Assert.Equal(2, texts.Watched.Job.Status.DeadLetters);
    }

    [Fact]
    public async Task Forgets_the_checkpoints_of_a_stopped_job_for_who_types_its_name()
    {
        await using var texts = await TextJob.StartAsync(s_all);
        await texts.Watched.Job.StopAsync(TestContext.Current.CancellationToken);
        texts.Watched.Tick();

        var shown = await chromium.RunAsync("forget", new { url = texts.Watched.Server.Uri, job = "texts", token = "act" });

        Assert.StartsWith("Say by '?name='", (string)shown["refused"]!, StringComparison.Ordinal);
        Assert.StartsWith("The checkpoints and the state are deleted.", (string)shown["said"]!, StringComparison.Ordinal);
        Assert.Equal([], Texts(shown["problems"]));
        Assert.Empty(SavedCheckpoint.ReadAll(texts.Watched.Log, "texts"));
    }

    [Fact]
    public async Task Asks_for_the_token_that_is_needed_to_read()
    {
        await using var watched = await WatchedJob.OrdersAsync(new DashboardServerOptions { Token = "read" });

        Assert.Equal("orders", (string)(await chromium.RunAsync("locked", new { url = watched.Server.Uri, token = "read" }))!);
    }

    [Fact]
    public async Task Two_browsers_follow_a_job_that_restarts_under_them()
    {
        var failures = 0;
        var pipeline = new Pipeline("fails");
        pipeline.From(Topic.Of<int>("in", partitions: 1))
            .Select(number => failures++ < 2 ? throw new DataflowException("Busy.") { IsTransient = true } : number, name: "try")
            .To(Topic.Of<int>("out", partitions: 1));
        await using var watched = await WatchedJob.StartAsync(
            pipeline, jobOptions: new JobOptions { Workers = 1, Restarts = RestartPolicy.ExponentialDelay(3, TimeSpan.Zero) });
        watched.Tick();
        var follow = chromium.RunAsync("follow", new { url = watched.Server.Uri, view = "jobs/fails/steps", until = "2 restarts" });
        watched.Log.Append("in", Enumerable.Range(0, 10));
        await TickUntilAsync(follow, watched);

        var shown = await follow;

        Assert.Equal(["Running", "Running"], Texts(shown["seen"]));
        Assert.Equal([], Texts(shown["problems"]));
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task Two_hundred_steps_and_64_splits_are_readable(int width)
    {
        var pipeline = new Pipeline("large");
        var source = pipeline.From(Topic.Of<int>("in", partitions: 64));
        for (var branch = 0; branch < 10; branch++)
        {
            var stream = source;
            for (var step = 0; step < 18; step++) stream = stream.Select(number => number + 1, name: $"step-{branch}-{step}");
            stream.To(Topic.Of<int>($"out-{branch}", partitions: 1));
        }

        await using var watched = await WatchedJob.StartAsync(pipeline, jobOptions: new JobOptions { Workers = 1 });
        watched.Tick();

        var shown = await chromium.RunAsync("large", new { url = watched.Server.Uri, view = "jobs/large/overview", width });
        Assert.Equal((191, 0, true, width), ((int)shown["steps"]!, (int)shown["overlaps"]!, (bool)shown["scrolls"]!, (int)shown["page"]!));
        Assert.True((double)shown["letters"]! >= 10, $"{shown["letters"]} pixels");
        if (width < 1440) return; // the table is the same
        Assert.Equal(64, Rows((await ReadAsync(watched, "splits", "large"))["tables"]![0]!).Count);
    }

    [Fact]
    public async Task Many_polls_do_not_make_the_page_grow()
    {
        var polls = int.Parse(Environment.GetEnvironmentVariable("DASHBOARD_POLLS") ?? "150", CultureInfo.InvariantCulture);
        await using var watched = await WatchedJob.OrdersAsync();
        var run = chromium.RunAsync("polls", new { url = watched.Server.Uri, view = "jobs/orders/overview", polls });
        while (!run.IsCompleted)
        {
            watched.Tick();
            await Task.WhenAny(run, Task.Delay(5, TestContext.Current.CancellationToken));
        }

        var shown = await run;

        Assert.Equal([], Texts(shown["problems"]));
        var (before, after) = (shown["before"]!, shown["after"]!);
        Assert.True((int)after["Nodes"]! < (int)before["Nodes"]! * 1.1, shown.ToJsonString()); // a finding more is no growth
        Assert.Equal((int)before["JSEventListeners"]!, (int)after["JSEventListeners"]!);
        Assert.True((double)after["JSHeapUsedSize"]! < (double)before["JSHeapUsedSize"]! * 1.1, shown.ToJsonString());
        TestContext.Current.TestOutputHelper?.WriteLine(shown.ToJsonString());
    }

    private static async Task TickUntilAsync(Task done, WatchedJob watched)
    {
        while (!done.IsCompleted)
        {
            watched.Tick();
            await Task.WhenAny(done, Task.Delay(200, TestContext.Current.CancellationToken));
        }
    }

    private async Task<JsonNode> ReadAsync(WatchedJob watched, string view, string? job = null)
    {
        var shown = await chromium.RunAsync("read", new { url = watched.Server.Uri, view = $"jobs/{job ?? watched.Job.Pipeline}/{view}" });
        Assert.Equal([], Texts(shown["problems"]));
        return shown;
    }

    private static List<string[]> Rows(JsonNode table) => [.. table.AsArray().Skip(1).Select(row => Texts(row).ToArray())];

    private static List<string> Texts(JsonNode? texts) => [.. texts!.AsArray().Select(static text => (string)text!)];

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
