using System.Text;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Connectors;

public sealed class ReplaySourceTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly TemporaryFolder _folder = new();
    private readonly MemorySink<int> _results = Sink.Memory<int>();

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Reads_those_records_again_that_became_dead_letters_each_once(int workers)
    {
        for (var partition = 0; partition < 3; partition++) _log.Append(
            "numbers", Enumerable.Range(partition * 100, 100), partition, partitions: 3);
        var pipeline = new Pipeline("first") { OnError = ErrorPolicy.DeadLetter() };
        var numbers = pipeline.From(Numbers);
        numbers.Select(Good).To(Sink.Memory<int>("ones"));
        numbers.Select(Good, name: "again").To(Sink.Memory<int>("twos")); // a second letter of the same record
        SimulatedJob.Start(pipeline, _log, workers).Run();

        SimulatedJob.Start(Fix(Source.Replay(Numbers, deadLettersOf: "first"), x => x), _log, workers).Run();

        Assert.Equal(Enumerable.Range(0, 300).Where(x => x % 10 == 7), _results.Committed.Order());
    }

    [Fact]
    public void Carries_on_from_a_checkpoint_and_ends_with_the_letters_that_were_there()
    {
        _log.Append("numbers", Enumerable.Range(0, 2000));
        RunFirst(Numbers);
        var job = SimulatedJob.Start(Fix(Source.Replay(Numbers, "first"), x => x), _log);
        while (job.Status.RecordsRead == 0) job.Step();
        var read = job.Status.RecordsRead;
        job.Begin();
        while (job.Status.Checkpoints.Count == 0) job.Step();
        job.Close();
        Assert.InRange(read, 1, 199);

        SimulatedJob.Start(Fix(Source.Replay(Numbers, "first"), x => x), _log).Run();

        Assert.Equal(Enumerable.Range(0, 2000).Where(x => x % 10 == 7), _results.Committed);
    }

    [Fact]
    public void Records_that_fail_again_are_dead_letters_of_the_second_pipeline_and_can_be_replayed_from_there()
    {
        _log.Append("numbers", Enumerable.Range(0, 100));
        RunFirst(Numbers);
        SimulatedJob.Start(Fix(Source.Replay(Numbers, "first"), x => x == 77 ? throw new InvalidOperationException("No 77.") : x), _log)
            .Run();

        Assert.Equal(9, _results.Committed.Count);
        var letter = Assert.Single(Topic.Of<DeadLetter>("second.dead-letters").ReadAll(_log));
        Assert.Equal(("first.dead-letters/numbers", 7), (letter.Source, letter.Position));
        var all = Sink.Memory<int>("all");
        var third = new Pipeline("third");
        third.From(Source.Replay(Source.Replay(Numbers, "first"), "second")).To(all);
        SimulatedJob.Start(third, _log).Run();
        Assert.Equal([77], all.Committed);
    }

    [Fact]
    public void Reads_undecodable_records_again_by_a_source_that_can()
    {
        var records = new RecordBuffer();
        foreach (var text in new[] { "7", "x", "9" }) records.Append(0, Encoding.UTF8.GetBytes(text));
        _log.AppendBytes("texts", records);
        var pipeline = new Pipeline("first") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Topic.Of("texts", serde: new Digits(null)).StopAtEnd()).To(Sink.Memory<int>("ones"));
        SimulatedJob.Start(pipeline, _log).Run();

        SimulatedJob.Start(Fix(Source.Replay(Topic.Of("texts", serde: new Digits(-1)), "first"), x => x), _log).Run();

        Assert.Equal([-1], _results.Committed);
    }

    [Theory]
    [InlineData("a.csv", "x\n1\n7\nbad\n17\n", "a.csv@1", "a.csv@2")]
    [InlineData("a.jsonl", "{\"x\":1}\n\n{\"x\":7}\nbad\n{\"x\":17}\n", "a.jsonl@2", "a.jsonl@3")]
    public void Reads_lines_of_files_again(string name, string text, string good, string bad)
    {
        var path = _folder.Write(name, text);
        Source<Row> Read() => name.EndsWith("csv", StringComparison.Ordinal) ? Source.Csv<Row>(path) : Source.JsonLines<Row>(path);
        var pipeline = new Pipeline("first") { OnError = ErrorPolicy.DeadLetter() };
        var kept = Sink.Memory<int>("kept");
        pipeline.From(Read()).Select(row => Good(row.X)).To(kept);
        SimulatedJob.Start(pipeline, _log).Run();
        Assert.Equal([1], kept.Committed);

        SimulatedJob.Start(Fix(Source.Replay(Read(), "first"), row => row.X), _log).Run();

        Assert.Equal([7, 17], _results.Committed);
        var letters = Topic.Of<DeadLetter>("first.dead-letters").ReadAll(_log).ToList();
        Assert.Equal([good, bad], letters.Select(letter => $"{letter.Source}@{letter.Position}").Order().Take(2));
        var again = Assert.Single(Topic.Of<DeadLetter>("second.dead-letters").ReadAll(_log));
        Assert.Contains("line", again.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_a_record_is_no_longer_there()
    {
        _log.Append("numbers", Enumerable.Range(0, 100));
        RunFirst(Numbers);
        _log.Append("numbers", Enumerable.Range(0, 100));
        await _log.TrimAsync("numbers", 0, 10, TestContext.Current.CancellationToken);
        var job = SimulatedJob.Start(Fix(Source.Replay(Numbers, "first"), x => x, ErrorPolicy.Stop), _log);

        var error = Assert.Throws<OperatorException>(job.Run);

        Assert.StartsWith(
            "Source 'numbers' could not read first.dead-letters/numbers@0 as Int32: numbers[0] has no record at 7 any more.", error.Message,
            StringComparison.Ordinal);
        job.Close();
    }

    private static Topic<int> Numbers => Topic.Of<int>("numbers").StopAtEnd();

    private static int Good(int value) => value % 10 == 7 ? throw new InvalidOperationException($"It is {value}.") : value;

    private void RunFirst(Topic<int> numbers)
    {
        var pipeline = new Pipeline("first") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(numbers).Select(Good).To(Sink.Memory<int>("ones"));
        SimulatedJob.Start(pipeline, _log).Run();
    }

    private Pipeline Fix<T>(Source<T> source, Func<T, int> select, ErrorPolicy? policy = null)
    {
        var pipeline = new Pipeline("second") { OnError = policy ?? ErrorPolicy.DeadLetter() };
        pipeline.From(source).Select(select).To(_results);
        return pipeline;
    }

    public sealed record Row(int X);

    private sealed class Digits(int? otherwise) : Serde<int>
    {
        public override void Write(int value, System.Buffers.IBufferWriter<byte> bytes) => throw new NotSupportedException();

        public override int Read(ReadOnlyMemory<byte> bytes)
            => int.TryParse(bytes.Span, out var value) ? value : otherwise ?? throw new FormatException("no number");
    }
}
