using System.Diagnostics.Metrics;
using Dataflow.Log;

namespace Dataflow.Onnx.Tests;

/// <summary>On a log in memory that outlives the jobs, with a model of two dimensions that looks tokens up.</summary>
public sealed class EmbedTests : IDisposable
{
    private const string Results = "speeches.embed.results";

    private readonly TemporaryFolder _directory = new();
    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
    private readonly EmbeddingModel _model;
    private readonly MemorySink<Found> _results = Sink.Memory<Found>();

    public EmbedTests()
    {
        new TinyModel().WriteTo(_directory);
        _model = EmbeddingModel.Load(_directory.Path);
    }

    public void Dispose()
    {
        _log.Dispose();
        _model.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Gives_every_text_the_vector_of_the_model_in_the_order_of_the_input(int workers)
    {
        var texts = Enumerable.Range(0, 500).Select(TextOf).ToArray();

        await RunAsync(texts, workers: workers);

        Assert.Equal(texts, _results.Committed.Select(found => found.Text));
        Assert.All(_results.Committed, found => Assert.Equal(_model.Embed(found.Text), found.Vector));
    }

    [Fact]
    public async Task A_model_that_is_disposed_while_its_job_runs_fails_the_job_and_no_text()
    {
        _model.Dispose();

        var error = await Assert.ThrowsAsync<OperatorException>(() => RunAsync(["a", "b"], workers: 1));

        Assert.IsType<ObjectDisposedException>(error.InnerException);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task Workers_share_what_they_recorded()
    {
        var pipeline = new Pipeline("speeches");
        string[] texts = ["a", "b", "ab", "ba"];
        await ProduceAsync(Enumerable.Range(0, 400).Select(i => texts[i % texts.Length]));
        pipeline.From(Topic.Of<string>("texts").StopAtEnd())
            .Embed(_model, text => text, (text, vector) => new Found(text, vector)).To(_results);

        var step = await RunAsync(pipeline, workers: 2);

        Assert.Equal((4, 396), (step.Calls, step.Reused));
        Assert.Equal(400, _results.Committed.Count);
        Assert.All(_results.Committed, found => Assert.Equal(_model.Embed(found.Text), found.Vector));
    }

    [Fact]
    public async Task Calls_the_model_once_for_equal_texts()
    {
        var step = await RunAsync(["a", "a", "b", "a", "b"]);

        Assert.Equal((2, 3), (step.Calls, step.Reused));
        Assert.Equal(2, RecordsKept());
    }

    [Fact]
    public async Task A_result_may_change_its_vector_without_changing_that_of_others()
    {
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of(["a", "a"], "lines"))
            .Embed(_model, text => text, (text, vector) => new Found(text, [vector[0]++, vector[1]])).To(_results);

        await RunAsync(pipeline, workers: 1);

        Assert.Equal(_results.Committed[0].Vector, _results.Committed[1].Vector);
    }

    [Fact]
    public async Task Calls_the_model_for_nothing_twice_when_the_job_ends_without_a_checkpoint()
    {
        var texts = Enumerable.Range(0, 200).Select(TextOf).ToArray();
        await CrashAsync(texts[..150]);
        Assert.Empty(_results.Committed);
        var recorded = RecordsKept();

        var step = await RunAsync(texts);

        Assert.Equal(150, recorded);
        Assert.Equal((200 - recorded, recorded), (step.Calls, step.Reused));
        Assert.Equal(200, _results.Committed.Count);
        Assert.Equal(200, RecordsKept());
    }

    [Fact]
    public async Task Finds_its_results_in_a_log_that_was_opened_again()
    {
        var directory = _directory["log"];
        using (var log = LogStore.Open(directory)) await CrashAsync(log, "a", "b");
        using var again = LogStore.Open(directory);

        var step = await RunAsync(["a", "b", "ab"], log: again);

        Assert.Equal((1, 2), (step.Calls, step.Reused));
        Assert.Equal([_model.Embed("a"), _model.Embed("b"), _model.Embed("ab")], _results.Committed.Select(found => found.Vector));
    }

    [Fact]
    public async Task Hands_a_vector_on_only_when_it_is_in_the_log()
    {
        var texts = Enumerable.Range(0, 300).Select(TextOf).ToArray();
        var recorded = Sink.Memory<long>();
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of(texts, "lines")).Embed(_model, text => text, (_, _) => RecordsKept()).To(recorded);

        await RunAsync(pipeline, workers: 1);

        Assert.All(recorded.Committed.Index(), result => Assert.True(result.Item > result.Index, $"Result {result.Index} was early."));
    }

    [Fact]
    public async Task Another_model_does_not_use_the_results_of_the_first()
    {
        await CrashAsync("a", "b");
        using var other = EmbeddingModel.Load(_directory.Path, new EmbeddingOptions { Pooling = Pooling.Cls });

        var step = await RunAsync(["a", "b"], model: other);

        Assert.Equal((2, 0), (step.Calls, step.Reused));
        Assert.Equal([other.Embed("a"), other.Embed("b")], _results.Committed.Select(found => found.Vector));
    }

    [Fact]
    public async Task Forgets_the_oldest_vectors_and_trims_the_topic()
    {
        var texts = Enumerable.Range(0, 100).Select(TextOf).ToArray();

        await RunAsync(texts, keepResults: 16);

        Assert.InRange(RecordsKept(), 16, 18);
    }

    [Theory]
    [InlineData("a", 1, 0)]
    [InlineData("b", 0, 1)]
    [InlineData("ab", 0, 1)]
    public async Task Finds_at_its_start_the_last_vectors_of_the_topic_as_many_as_it_may_keep(string text, int calls, int reused)
    {
        foreach (var earlier in new[] { "a", "b", "ab" }) await CrashAsync(earlier);

        var step = await RunAsync([text], keepResults: 2);

        Assert.Equal((calls, reused), (step.Calls, step.Reused));
    }

    [Fact]
    public async Task A_text_that_fails_becomes_a_dead_letter_and_the_others_go_on()
    {
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of(["a", "null", "b", "throw", "a"], "lines"))
            .Embed(
                _model,
                text => text switch { "null" => null, "throw" => throw new FormatException("No text."), _ => text },
                (text, vector) => new Found(text, vector))
            .To(_results);

        await RunAsync(pipeline, workers: 1);

        Assert.Equal(["a", "b", "a"], _results.Committed.Select(found => found.Text));
        var letters = Topic.Of<DeadLetter>("speeches.dead-letters").ReadAll(_log).ToArray();
        Assert.Equal(
            [("embed", "lines", 1, "The text is null."), ("embed", "lines", 3, "No text.")],
            letters.Select(letter => (letter.Step, letter.Source, letter.Position, letter.Reason)));
    }

    [Fact]
    public async Task A_text_that_the_model_fails_on_becomes_a_dead_letter()
    {
        using var directory = new TemporaryFolder();
        new TinyModel { Table = [[0, 0], [1, 0], [3, 4], [0, 2], [5, 12], [float.NaN, 6], [0, 1]] }.WriteTo(directory);
        using var model = EmbeddingModel.Load(directory.Path);
        var letters = Sink.Memory<DeadLetter>("letters");
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of(["a", "b", "a a"], "lines"))
            .Embed(model, text => text, (text, vector) => new Found(text, vector), out var failed).To(_results);
        failed.To(letters);

        await RunAsync(pipeline, workers: 1);

        Assert.Equal(["a", "a a"], _results.Committed.Select(found => found.Text));
        var letter = Assert.Single(letters.Committed);
        Assert.Equal(1, letter.Position);
        Assert.Equal(
            $"Model '{model.Name}': the vector of a text of 3 tokens is not finite. "
            + "The model overflows on it; other texts may work.",
            letter.Reason);
    }

    [Fact]
    public async Task Counts_the_records_whose_text_was_cut()
    {
        using var model = EmbeddingModel.Load(_directory.Path, new EmbeddingOptions { MaxTokens = 4 });

        var step = await RunAsync(["a", "a b a", "b", "a b a", "a b"], model: model);

        Assert.Equal((2, 1), (step.Truncated, step.Reused));
        Assert.Equal(model.Embed("a b"), _results.Committed[1].Vector);
    }

    [Fact]
    public async Task Accounts_for_calls_and_tokens()
    {
        var step = await RunAsync(["a", "a b", "a", "ab"]);

        var usage = Assert.Single(step.Models);
        Assert.Equal((_model.Name, 3, 3, 11, 1), (usage.Model, usage.Calls, usage.Texts, usage.Tokens, usage.SavedTexts));
        Assert.NotEqual(TimeSpan.Zero, usage.Time);
    }

    [Fact]
    public async Task The_meter_shows_what_the_model_was_used_for()
    {
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Dataflow"
                    && instrument.Name.StartsWith("dataflow.model.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(
                    instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => See(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => See(instrument, value, tags));
        listener.Start();
        var pipeline = new Pipeline("metered");
        pipeline.From(Source.Of(["a", "a b", "a"], "lines")).Embed(_model, text => text, (text, vector) => new Found(text, vector))
            .Select(found =>
            {
                if (found.Text == "a b") listener.RecordObservableInstruments();
                return found;
            }).To(_results);

        await RunAsync(pipeline, workers: 1);

        Assert.Equal((2, 7), (seen["dataflow.model.calls"], seen["dataflow.model.tokens"]));
        Assert.Equal((1, 0), (seen["dataflow.model.texts.saved"], seen["dataflow.model.texts.truncated"]));
        Assert.Equal(0, seen["dataflow.model.results.damaged"]);
        Assert.Contains("dataflow.model.time", seen);

        void See(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Contains(new("pipeline", "metered")) && tags.Contains(new("step", "embed"))) seen[instrument.Name] = value;
        }
    }

    [Fact]
    public async Task Texts_of_like_length_share_a_call_where_that_changes_no_vector()
    {
        new TinyModel { AddsUpByMask = true, Table = [[900, 900], .. new TinyModel().Table[1..]] }.WriteTo(_directory);
        using var model = EmbeddingModel.Load(_directory.Path);
        var texts = Enumerable.Range(0, 300).Select(TextOf).ToArray();
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of(texts, "lines")).Embed(
            model, text => text, (text, vector) => new Found(text, vector),
            options: new InferenceOptions { BatchTokens = 64, Workers = new InferenceWorkers(1) }).To(_results);
        Assert.Contains("batches of 64 tokens", pipeline.Explain().ToString(), StringComparison.Ordinal);

        var step = await RunAsync(pipeline, workers: 1);

        Assert.Equal(texts, _results.Committed.Select(found => found.Text));
        Assert.All(_results.Committed, found => Assert.Equal(1, Vectors.Dot(model.Embed(found.Text), found.Vector), 1e-5));
        Assert.Equal(300, Assert.Single(step.Models).Texts);
    }

    [Fact]
    public void To_let_texts_share_a_call_where_that_changes_their_vectors_is_a_fault_of_the_plan()
    {
        new TinyModel { IsDynamicallyQuantized = true }.WriteTo(_directory);
        using var model = EmbeddingModel.Load(_directory.Path);
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of(["a"], "lines"))
            .Embed(model, text => text, (text, _) => text, options: new InferenceOptions { BatchTokens = 64 })
            .To(Sink.Memory<string>());

        Assert.Contains(
            $"step 'embed': model '{model.Name}' gives a text another vector when others share its call. Leave BatchTokens out.",
            Assert.Throws<PlanException>(() => pipeline.Explain()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_the_model_fails_on_is_found_among_those_that_share_its_call()
    {
        using var directory = new TemporaryFolder();
        new TinyModel { Table = [[0, 0], [1, 0], [3, 4], [0, 2], [5, 12], [float.NaN, 6], [0, 1]] }.WriteTo(directory);
        using var model = EmbeddingModel.Load(directory.Path);
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of([.. Enumerable.Repeat("a", 20).Select((text, at) => $"{text} {new string('a', at)}"), "b"], "lines"))
            .Embed(model, text => text, (text, vector) => new Found(text, vector), options: new InferenceOptions { BatchTokens = 500 })
            .To(_results);

        await RunAsync(pipeline, workers: 1);

        Assert.Equal(20, _results.Committed.Count);
        Assert.Equal(20, Assert.Single(Topic.Of<DeadLetter>("speeches.dead-letters").ReadAll(_log)).Position);
    }

    [Fact]
    public async Task A_keyed_stream_keeps_its_keys()
    {
        var pipeline = new Pipeline("speeches");
        var pairs = Sink.Memory<Keyed<int, float[]>>();
        pipeline.From(Source.Of(["a", "ab"], "lines")).KeyBy(text => text.Length)
            .Embed(_model, text => text, (_, vector) => vector).Pairs.To(pairs);

        await RunAsync(pipeline, workers: 1);

        var byKey = pairs.Committed.ToDictionary(pair => pair.Key, pair => pair.Value); // keys do not wait for each other
        Assert.Equal(2, byKey.Count);
        Assert.Equal(_model.Embed("a"), byKey[1]);
        Assert.Equal(_model.Embed("ab"), byKey[2]);
    }

    [Fact]
    public void The_plan_shows_the_model()
    {
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of(["a"], "lines")).Embed(_model, text => text, (text, _) => text).To(Sink.Memory<string>());

        Assert.Contains($"embed (model {_model.Name} on CPU, 2 dimensions)", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_steps_write_their_dead_letters_to_one_topic()
    {
        var pipeline = new Pipeline("speeches");
        var texts = pipeline.From(Source.Of(["a"], "lines"));
        texts.Embed(_model, _ => null, (text, _) => text, name: "one").To(Sink.Memory<string>("ones"));
        texts.Embed(_model, _ => null, (text, _) => text, name: "two").To(Sink.Memory<string>("twos"));

        await RunAsync(pipeline, workers: 1, step: "one");

        var letters = Topic.Of<DeadLetter>("speeches.dead-letters").ReadAll(_log);
        Assert.Equal(["one", "two"], letters.Select(letter => letter.Step).Order());
    }

    [Fact]
    public void Two_steps_of_one_name_are_a_fault_of_the_plan()
    {
        var pipeline = new Pipeline("speeches");
        var texts = pipeline.From(Source.Of(["a"], "lines"));
        texts.Embed(_model, text => text, (text, _) => text, out _).To(Sink.Memory<string>("ones"));
        texts.Embed(_model, text => text, (text, _) => text, out _).To(Sink.Memory<string>("twos"));

        var error = Assert.Throws<PlanException>(() => pipeline.Explain());

        Assert.Contains(
            "2 steps called 'embed' keep their results in topic 'speeches.embed.results'. Give each another name, as its argument 'name'.",
            error.Message, StringComparison.Ordinal);
    }

    private static string TextOf(int number) => string.Join(' ', Convert.ToString(number + 1, 2).Select(bit => bit == '0' ? "a" : "b"));

    private long RecordsKept() => _log.GetTopic(Results).EndOffset(0) - _log.GetTopic(Results).StartOffset(0);

    private async Task ProduceAsync(IEnumerable<string> texts)
    {
        var topic = await _log.CreateTopicAsync("texts", 4);
        await using var producer = _log.CreateProducer("texts");
        foreach (var (index, text) in texts.Index())
            Assert.True(producer.TryAppend(index / 8 % topic.PartitionCount, 0, System.Text.Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Fails on the last text, when the vectors of all are recorded.</summary>
    private Task CrashAsync(params string[] texts) => CrashAsync(_log, texts);

    private async Task CrashAsync(LogStore log, params string[] texts)
    {
        var error = await Assert.ThrowsAsync<OperatorException>(() => RunAsync(texts, failOn: texts[^1], log: log));
        Assert.Equal("crash", error.Step);
    }

    private Task<StepStatus> RunAsync(
        string[] texts, string? failOn = null, int workers = 1, int keepResults = 1000, EmbeddingModel? model = null,
        LogStore? log = null)
    {
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of(texts, "lines"))
            .Embed(model ?? _model, text => text, (text, vector) => new Found(text, vector),
                options: new InferenceOptions { KeepResults = keepResults })
            .Select(found => found.Text == failOn ? throw new InvalidOperationException("Crash.") : found, "crash")
            .To(_results);
        return RunAsync(pipeline, workers, log: log);
    }

    /// <summary>Without a checkpoint before the end: an end with an error is like a crash to what comes after.</summary>
    private async Task<StepStatus> RunAsync(Pipeline pipeline, int workers, string step = "embed", LogStore? log = null)
    {
        var options = new JobOptions { Log = log ?? _log, Workers = workers, CheckpointInterval = TimeSpan.FromHours(1) };
        await using var job = await pipeline.StartAsync(options, TestContext.Current.CancellationToken);
        await job.Completion.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return job.Status.Steps.Single(status => status.Name == step);
    }

    private sealed record Found(string Text, float[] Vector);
}
