using System.Text;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Connectors;

/// <summary>Records of dead letters are written again into their topics, each once.</summary>
public sealed class DeadLetterStoreTests : IDisposable
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly MemorySink<int> _results = Sink.Memory<int>();
    private bool _isMended;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_mended_pipeline_reads_the_record_of_a_dead_letter_again_from_its_own_source()
    {
        _log.Append("numbers", Enumerable.Range(0, 20));
        Run();
        _isMended = true;

        var letters = new DeadLetterStore(_log, "shares");
        var replayed = await letters.ReplayAsync(letter => letter.Step == "good", cancellationToken: Stop);
        Run();

        Assert.Equal(new ReplayedLetters(Written: 2, Before: 0, Gone: 0, Elsewhere: 0), replayed);
        Assert.Equal([.. Enumerable.Range(0, 20).Where(x => x % 10 != 7), 7, 17], _results.Committed);
    }

    [Fact]
    public async Task A_record_is_replayed_once_also_where_several_steps_fail_on_it_and_several_callers_ask()
    {
        _log.Append("numbers", Enumerable.Range(0, 20));
        Run(second: true);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Task.Run(() => new DeadLetterStore(_log, "shares").ReplayAsync(cancellationToken: Stop), Stop)));
        var letters = new DeadLetterStore(_log, "shares");

        Assert.Equal((2, 14), (answers.Sum(answer => answer.Written), answers.Sum(answer => answer.Before)));
        Assert.Equal(22, _log.GetTopic("numbers").EndOffset(0));
        Assert.Equal(4, letters.Read().Count(letter => letter.IsReplayed));
        Assert.Equal(["numbers[0]@17", "numbers[0]@17"], letters.Read(max: 2).Select(letter => letter.Record));
    }

    [Fact]
    public async Task The_record_comes_again_as_it_was_and_says_of_which_it_is_the_replay()
    {
        var records = new RecordBuffer();
        records.Append(5, "k"u8, Bytes(7), [new RecordHeader("trace", "t1"u8.ToArray())]);
        records.Append(6, Bytes(17));
        _log.AppendBytes("numbers", records, partition: 2, partitions: 3);
        Run();

        await new DeadLetterStore(_log, "shares").ReplayAsync(cancellationToken: Stop);

        Assert.Equal(
            ["5 k=7 trace:t1", "6 =17", "5 k=7 trace:t1 dataflow-replay-of:numbers[2]@0", "6 =17 dataflow-replay-of:numbers[2]@1"],
            Records("numbers", partition: 2));
        Assert.Equal(["5 =numbers[2]@0", "6 =numbers[2]@1"], Records("shares.replayed", 0, text: true));
    }

    [Fact]
    public async Task A_dry_run_counts_and_writes_nothing()
    {
        _log.Append("numbers", Enumerable.Range(0, 20));
        Run();

        var counted = await new DeadLetterStore(_log, "shares").ReplayAsync(isDryRun: true, cancellationToken: Stop);

        Assert.Equal(2, counted.Written);
        Assert.Equal(20, _log.GetTopic("numbers").EndOffset(0));
        Assert.False(_log.TryGetTopic("shares.replayed", out _));
    }

    [Fact]
    public async Task Records_that_are_gone_or_not_of_a_topic_are_counted_as_such()
    {
        _log.Append("numbers", Enumerable.Range(0, 20));
        Run();
        await _log.TrimAsync("numbers", 0, 10, Stop);
        (string Source, long Position)[] others = [("rows.csv", 3), ("", -1), ("no[1]", 3)];
        _log.Append("shares.dead-letters", others.Select(at => new DeadLetter("good", at.Source, at.Position, "", default)));

        var replayed = await new DeadLetterStore(_log, "shares").ReplayAsync(cancellationToken: Stop);

        Assert.Equal(new ReplayedLetters(Written: 1, Before: 0, Gone: 1, Elsewhere: 3), replayed);
        Assert.Equal(default, await new DeadLetterStore(_log, "none").ReplayAsync(cancellationToken: Stop));
    }

    [Fact]
    public async Task Large_replays_are_written_in_several_commits_and_lose_nothing()
    {
        var records = new RecordBuffer();
        for (var i = 0; i < 30; i++) records.Append(i, Encoding.UTF8.GetBytes(i % 10 == 7 ? "7" : "1"), new byte[400_000]);
        _log.AppendBytes("large", records);
        _log.Append("shares.dead-letters", Enumerable.Range(0, 30).Select(i => new DeadLetter("good", "large[0]", i, "", default)));

        var replayed = await new DeadLetterStore(_log, "shares").ReplayAsync(cancellationToken: Stop);

        Assert.Equal((30, 60L), (replayed.Written, _log.GetTopic("large").EndOffset(0)));
        Assert.Equal(30, _log.GetTopic("shares.replayed").EndOffset(0));
    }

    private void Run(bool second = false)
    {
        var pipeline = new Pipeline("shares") { OnError = ErrorPolicy.DeadLetter() };
        var numbers = pipeline.From(Topic.Of<int>("numbers"));
        numbers.Select(Good, name: "good").To(_results);
        if (second) numbers.Select(Good, name: "again").To(Sink.Memory<int>("others"));
        var job = SimulatedJob.Start(pipeline, _log);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }

    private int Good(int value) => value % 10 == 7 && !_isMended ? throw new InvalidOperationException($"It is {value}.") : value;

    private static byte[] Bytes(int value)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        Serde<int>.Default.Write(value, bytes);
        return bytes.WrittenMemory.ToArray();
    }

    private List<string> Records(string topic, int partition, bool text = false)
    {
        var records = new List<string>();
        using var reader = _log.OpenReader(topic, partition, 0);
        while (reader.TryReadBefore(_log.GetTopic(topic).EndOffset(partition), out var batch))
        {
            foreach (var record in batch)
            {
                var value = text ? Encoding.UTF8.GetString(record.Value.Span) : $"{Serde<int>.Default.Read(record.Value)}";
                var headers = new StringBuilder();
                foreach (var header in record.Headers) headers.Append($" {header.Name}:{Encoding.UTF8.GetString(header.Value.Span)}");
                records.Add($"{record.Timestamp} {Encoding.UTF8.GetString(record.Key.Span)}={value}{headers}");
            }
        }

        return records;
    }
}
