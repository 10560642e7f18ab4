using Dataflow.Log;

namespace Dataflow.Tests.Runtime;

/// <summary>A topic goes when no job and no pipeline needs it, and says who does until then.</summary>
public sealed class TopicDeletionTests : IDisposable
{
    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("in")]
    [InlineData("out")]
    [InlineData("parts.changelog")]
    public async Task A_running_job_keeps_what_it_reads_and_writes(string topic)
    {
        await using var job = await Pipeline(ends: false).StartAsync(new JobOptions { Log = _log }, Cancelled);

        var error = await Assert.ThrowsAsync<LogException>(() => TopicDeletion.RunAsync(_log, topic, Cancelled));

        Assert.Equal(
            $"Topic '{topic}': it is needed, so it was not deleted. The job of pipeline 'parts' reads or writes it. Stop it first.",
            error.Message);
        Assert.True(_log.TryGetTopic(topic, out _));
    }

    [Theory]
    [InlineData("in", "has a position in it")]
    [InlineData("parts.changelog", "belongs to pipeline")]
    public async Task A_checkpoint_keeps_the_input_and_the_state(string topic, string reason)
    {
        await RunAsync();

        var found = Assert.Single(TopicDeletion.ReasonsAgainst(_log, topic));

        Assert.Contains(reason, found, StringComparison.Ordinal);
        Assert.Contains("dataflow pipelines forget parts", found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_output_of_a_pipeline_that_does_not_run_is_written_anew_by_its_next_start()
    {
        _log.Append("in", ["a", "b"]);
        await RunUntilReadAsync(2);
        await TopicDeletion.RunAsync(_log, "out", Cancelled);
        _log.Append("in", ["c"]);

        await RunUntilReadAsync(1);

        Assert.Equal(["c!"], Topic.Of<string>("out").ReadAll(_log));
    }

    [Fact]
    public async Task Once_a_pipeline_has_forgotten_its_checkpoints_all_of_its_topics_may_go()
    {
        await RunAsync();
        await Pipeline(ends: true).ForgetAsync(new JobOptions { Log = _log }, Cancelled);

        foreach (var topic in _log.ListTopics()) await TopicDeletion.RunAsync(_log, topic, Cancelled);

        Assert.Empty(_log.ListTopics());
        await RunAsync();
        Assert.Equal(["a!", "b!"], Topic.Of<string>("out").ReadAll(_log));
    }

    [Fact]
    public async Task Dead_letters_keep_the_topic_whose_records_they_name()
    {
        _log.Append("in", ["bad"]);
        await RunAsync();
        await Pipeline(ends: true).ForgetAsync(new JobOptions { Log = _log }, Cancelled);

        Assert.Contains("dead letters of its records", Assert.Single(TopicDeletion.ReasonsAgainst(_log, "in")), StringComparison.Ordinal);
        await _log.TrimAsync("parts.dead-letters", 0, _log.GetTopic("parts.dead-letters").EndOffset(0), Cancelled);

        Assert.Empty(TopicDeletion.ReasonsAgainst(_log, "in"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_foreign_topic_with_the_name_of_checkpoints_is_named_with_a_way_out(int partitions)
    {
        await _log.CreateTopicAsync("in", 1, Cancelled);
        var foreign = await _log.CreateTopicAsync("mine.checkpoints", partitions, Cancelled);
        var commit = new LogCommit();
        for (var partition = 0; partition < partitions; partition++)
        {
            var records = new RecordBuffer();
            records.Append(0, "key"u8, "[no checkpoint"u8);
            commit.Add(foreign, partition, records);
        }
        await _log.CommitAsync(commit, Cancelled);

        var error = await Assert.ThrowsAsync<CheckpointException>(() => TopicDeletion.RunAsync(_log, "in", Cancelled));

        Assert.StartsWith("Topic 'mine.checkpoints': its records cannot be read as checkpoints", error.Message, StringComparison.Ordinal);
        await _log.DeleteTopicAsync("mine.checkpoints", Cancelled);
        Assert.Empty(TopicDeletion.ReasonsAgainst(_log, "in"));
    }

    [Fact]
    public async Task A_foreign_topic_with_the_name_of_dead_letters_is_named_until_it_is_deleted()
    {
        await _log.CreateTopicAsync("in", 1, Cancelled);
        _log.Append("mine.dead-letters", ["no letter"]);

        Assert.Contains("topic 'mine.dead-letters'", Assert.Single(TopicDeletion.ReasonsAgainst(_log, "in")), StringComparison.Ordinal);
        await TopicDeletion.RunAsync(_log, "mine.dead-letters", Cancelled);

        Assert.Empty(TopicDeletion.ReasonsAgainst(_log, "in"));
    }

    [Fact]
    public void A_topic_that_there_is_not_is_named()
        => Assert.Contains(
            "'none'", Assert.Throws<LogException>(() => TopicDeletion.ReasonsAgainst(_log, "none")).Message, StringComparison.Ordinal);

    private async Task RunUntilReadAsync(int records)
    {
        await using var job = await Pipeline(ends: false).StartAsync(new JobOptions { Log = _log }, Cancelled);
        while (job.Status.RecordsRead < records) await Task.Delay(1, Cancelled);
        await job.StopAsync(Cancelled);
    }

    private async Task RunAsync()
    {
        if (!_log.TryGetTopic("in", out _)) _log.Append("in", ["a", "b"]);
        await Pipeline(ends: true).RunAsync(new JobOptions { Log = _log }, Cancelled);
    }

    private static Pipeline Pipeline(bool ends)
    {
        var pipeline = new Pipeline("parts") { OnError = ErrorPolicy.DeadLetter() };
        var texts = Topic.Of<string>("in", partitions: 1);
        pipeline.From(ends ? texts.StopAtEnd() : texts)
            .Select(text => text == "bad" ? throw new ArgumentException("bad") : $"{text}!")
            .To(Topic.Of<string>("out", partitions: 1));
        return pipeline;
    }
}
