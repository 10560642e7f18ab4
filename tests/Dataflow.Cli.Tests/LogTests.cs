using System.Text.Json;
using Dataflow.Log;

namespace Dataflow.Cli.Tests;

/// <summary>Commands on the directory of a log.</summary>
public sealed class LogTests(Sample sample)
{
    public static TheoryData<string> Commands =>
    [
        "topics list", "topics describe orders-in", "topics describe orders-out", "topics tail mixed", "topics count orders-in",
        "topics trim orders-in --before 5 --dry-run", "topics delete mixed --dry-run", "groups list",
        "groups reset billing orders-in --to latest --dry-run", "pipelines list", "pipelines checkpoints orders",
        "pipelines forget orders --dry-run", "deadletters list orders", "deadletters show orders --max 3",
        "deadletters replay orders --dry-run", "features list", "verify",
    ];

    [Fact]
    public async Task Show_the_approved_tables()
    {
        var (copy, shown) = (sample.Copy(), new List<string>());
        foreach (var command in Commands.Select(static row => row.Data))
            shown.Add($"$ dataflow {command}\n{(await Run.WellAsync([.. command.Split(' '), "--log", copy])).Out}\n");

        Approval.Check("tables", string.Concat(shown), copy);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Show_JSON_to_programs_and_no_escape_codes(string command)
    {
        var copy = sample.Copy();

        var run = await Run.WellAsync([.. command.Split(' '), "--log", copy, "--json"]);

        var areLines = command.Contains("tail", StringComparison.Ordinal) || command.Contains("show", StringComparison.Ordinal);
        foreach (var document in areLines ? run.Out.TrimEnd().Split('\n') : [run.Out])
            Assert.NotEqual(JsonValueKind.Undefined, JsonElement.Parse(document).ValueKind);
        var text = (await Run.WellAsync([.. command.Split(' '), "--log", copy])).Out;
        Assert.DoesNotContain(run.Out + text, static letter => char.IsControl(letter) && letter != '\n');
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Name_the_process_that_holds_the_log_and_the_way_to_ask_it(string command)
    {
        var copy = sample.Copy();
        using var held = LogStore.Open(copy);

        var run = await Run.OfAsync([.. command.Split(' '), "--log", copy]);

        Assert.Equal(ExitCode.Error, run.Code);
        Assert.Contains($"process {Environment.ProcessId} on ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--url", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Make_no_log_where_there_is_none()
    {
        var run = await Run.OfAsync("topics", "list", "--log", sample.Missing);

        Assert.Equal(ExitCode.Error, run.Code);
        Assert.False(Directory.Exists(sample.Missing));
    }

    [Theory]
    [InlineData("topics count none", "'none'")]
    [InlineData("topics tail orders-in --partition 2", "partition 2")]
    [InlineData("topics tail orders-in --from 31", "offset 31")]
    [InlineData("topics trim orders.changelog --before latest", "'orders'")]
    [InlineData("groups reset orders.checkpoints orders-in --to earliest", "forget")]
    [InlineData("groups reset none orders-in --to earliest", "'none'")]
    [InlineData("pipelines checkpoints none", "'none'")]
    [InlineData("deadletters list none", "'none'")]
    [InlineData("deadletters replay none", "'none'")]
    [InlineData("topics create orders-in", "2 partitions")]
    [InlineData("topics delete none", "'none'")]
    [InlineData("topics delete orders-in --dry-run", "it would not be deleted")]
    [InlineData("topics delete orders-in", "it was not deleted")]
    [InlineData("topics delete orders-in", "has a position in it")]
    [InlineData("topics delete orders.changelog", "'orders'")]
    [InlineData("topics produce none", "'none'")]
    [InlineData("topics produce orders.changelog", "'orders'")]
    [InlineData("topics tail orders-in --follow", "--url")]
    public async Task Refuse_with_the_name_of_what_there_is_not(string command, string named)
    {
        var run = await Run.OfAsync([.. command.Split(' '), "--log", sample.Copy()]);

        Assert.Equal((ExitCode.Error, ""), (run.Code, run.Out));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from earliest --max 2", "0@0 0@1 1@0 1@1")]
    [InlineData("--max 2", "0@28 0@29 1@28 1@29")]
    [InlineData("--from 29 --partition 1", "1@29")]
    [InlineData("--grep Berlin --max 1", "0@27 1@28")]
    [InlineData("--grep Berlin --from earliest --max 1 --partition 0", "0@0")]
    [InlineData("--grep Paris", "")]
    public async Task Tail_finds_records_by_place_and_text(string options, string found)
    {
        var run = await Run.WellAsync(["topics", "tail", "orders-in", "--log", sample.Copy(), "--json", .. options.Split(' ')]);

        var records = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line));
        Assert.Equal(
            found,
            string.Join(' ', records.Select(static record => $"{record.GetProperty("partition")}@{record.GetProperty("offset")}")));
    }

    [Fact]
    public async Task Count_counts_all_records_or_those_with_a_text()
    {
        var copy = sample.Copy();

        Assert.Equal("60\n", (await Run.WellAsync("topics", "count", "orders-in", "--log", copy)).Out);
        Assert.Equal("20\n", (await Run.WellAsync("topics", "count", "orders-in", "--grep", "Berlin", "--log", copy)).Out);
        Assert.Equal("30\n", (await Run.WellAsync("topics", "count", "orders-in", "--partition", "1", "--log", copy)).Out);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_the_real_one_does()
    {
        var copy = sample.Copy();
        string[] trim = ["topics", "trim", "orders-in", "--before", "5", "--partition", "0", "--log", copy];
        string[] reset = ["groups", "reset", "billing", "orders-in", "--to", "earliest", "--log", copy];
        string[] forget = ["pipelines", "forget", "orders", "--log", copy];

        string[] delete = ["topics", "delete", "mixed", "--log", copy];

        foreach (var command in new[] { trim, reset, forget, delete }) await Run.WellAsync([.. command, "--dry-run"]);
        Assert.Equal((0L, 10L, true, true), Look(copy));
        foreach (var command in new[] { trim, reset, forget, delete }) await Run.WellAsync(command);

        Assert.Equal((5L, 5L, false, false), Look(copy)); // reset went to the start that the trim has left
    }

    [Theory]
    [InlineData("orders-in", 2)]
    [InlineData("mixed", 1, "--as-json")]
    public async Task What_tail_shows_can_be_written_to_another_topic(string topic, int partitions, params string[] form)
    {
        var copy = sample.Copy();
        string[] all = ["--from", "earliest", "--max", "1000", "--json", "--log", copy];
        var records = (await Run.WellAsync(["topics", "tail", topic, .. all])).Out;
        await Run.WellAsync("topics", "create", "copy", "--partitions", $"{partitions}", "--log", copy);

        var run = await Run.WithInputAsync(records, ["topics", "produce", "copy", "--log", copy, .. form]);

        Assert.Equal((ExitCode.Well, $"Wrote {records.Split('\n').Length - 1} records.\n"), (run.Code, run.Out));
        Assert.Equal(records, (await Run.WellAsync(["topics", "tail", "copy", .. all])).Out);
    }

    [Fact]
    public async Task A_line_without_partition_and_time_goes_where_a_pipeline_would_put_it()
    {
        var copy = sample.Copy();
        await Run.WellAsync("topics", "create", "new", "--partitions", "8", "--log", copy);

        var run = await Run.WithInputAsync(
            """
            {"key": "ada", "value": {"n": 1}}

            {"key": "ada"}
            """,
            "topics", "produce", "new", "--as-json", "--log", copy);

        Assert.Equal((ExitCode.Well, ""), (run.Code, run.Error));
        using var log = LogStore.Open(copy);
        var partition = KafkaPartitioner.Partition("ada"u8, 8);
        using var reader = log.OpenReader("new", partition, 0);
        Assert.True(reader.TryReadBefore(2, out var batch));
        var found = new List<string?>();
        foreach (var record in batch) found.Add(record.HasValue ? System.Text.Encoding.UTF8.GetString(record.Value.Span) : null);
        Assert.Equal(["{\"n\": 1}", null], found);
    }

    [Theory]
    [InlineData("no json", "Line 2")]
    [InlineData("{}", "Line 2")]
    [InlineData("{\"value\": 1, \"partition\": 1}", "Line 2")]
    [InlineData("{\"value\": {\"hex\": \"xy\", \"bytes\": 1}}", "Line 2")]
    public async Task A_wrong_line_is_named_and_nothing_is_written(string line, string named)
    {
        var copy = sample.Copy();

        var run = await Run.WithInputAsync($"{{\"value\": \"good\"}}\n{line}\n", "topics", "produce", "mixed", "--log", copy);

        Assert.Equal(ExitCode.Error, run.Code);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Equal("5\n", (await Run.WellAsync("topics", "count", "mixed", "--log", copy)).Out);
    }

    [Fact]
    public async Task Dead_letters_are_replayed_once()
    {
        var copy = sample.Copy();
        string[] replay = ["deadletters", "replay", "orders", "--json", "--log", copy];

        Assert.Equal(0, Written(await Run.WellAsync([.. replay, "--step", "other"])));
        Assert.Equal(6, Written(await Run.WellAsync(replay)));
        Assert.Equal(0, Written(await Run.WellAsync(replay)));

        Assert.Equal("66\n", (await Run.WellAsync("topics", "count", "orders-in", "--log", copy)).Out);
        static long Written(Run run) => run.Json.GetProperty("written").GetInt64();
    }

    private static (long Start, long? Offset, bool HasCheckpoint, bool HasMixed) Look(string directory)
    {
        using var log = LogStore.Open(directory);
        return (log.GetTopic("orders-in").StartOffset(0), log.GetGroupOffset("billing", "orders-in", 0),
            SavedCheckpoint.ReadAll(log, "orders").Count > 0, log.TryGetTopic("mixed", out _));
    }
}
