using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Dataflow.Log;
using Dataflow.Testing;
using Microsoft.Extensions.AI;
using Generator = Microsoft.Extensions.AI.IEmbeddingGenerator<string, Microsoft.Extensions.AI.Embedding<float>>;

namespace Dataflow.Onnx.Tests;

/// <summary>Embeddings by a generator that stands for a service far away.</summary>
public sealed class EmbedByGeneratorTests : IDisposable
{
    private const string Results = "speeches.embed.results";
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly MemorySink<Found> _results = Sink.Memory<Found>();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Gives_every_text_the_vector_of_the_generator_in_the_order_of_the_input(int workers)
    {
        var generator = new FakeGenerator();
        var texts = Enumerable.Range(0, 300).Select(number => new string('x', number % 50) + number).ToArray();

        Run(generator, texts, workers: workers);

        Assert.Equal(texts, _results.Committed.Select(found => found.Text));
        Assert.All(_results.Committed, found => Assert.Equal(FakeGenerator.VectorOf(found.Text), found.Vector));
        Assert.Equal(texts.Order(), generator.Answered.SelectMany(batch => batch).Order());
    }

    [Fact]
    public void Asks_for_several_texts_at_once_but_for_no_more_than_it_may()
    {
        var generator = new FakeGenerator();

        Run(generator, Texts(200), new InferenceOptions { BatchTexts = 7, Workers = new InferenceWorkers(1) });

        Assert.Equal(7, generator.Asked.Max(batch => batch.Length));
        Assert.InRange(generator.Asked.Count, 29, 100);
    }

    [Fact]
    public void Accounts_for_what_the_model_was_used_for_across_restarts()
    {
        var generator = new FakeGenerator();
        var first = Crash(generator, ["a", "bb", "a", "ccc", "bb", "dddd"]);

        var second = Run(generator, ["a", "bb", "a", "ccc", "bb", "dddd", "eeeee"]);

        Assert.Equal(("fake", 4, 10, 2), (first.Model, first.Texts, first.Tokens, first.SavedTexts));
        Assert.InRange(first.Calls, 1, 4);
        Assert.Equal((5, 15), (second.Texts, second.Tokens));
        Assert.Equal(generator.Answered.Count, second.Calls);
        Assert.InRange(second.SavedTexts, 6, 8); // those before the last record of the first run, and six
        Assert.InRange(second.SavedTokens, 13, 16);
    }

    [Fact]
    public void A_text_that_is_refused_is_found_among_others_by_halves()
    {
        var generator = new FakeGenerator
        {
            Before = (texts, _) => texts.Contains("poison")
                ? throw new HttpRequestException("Too strange.", null, HttpStatusCode.BadRequest) : Task.CompletedTask,
        };
        string[] texts = [.. Texts(20), "poison", .. Texts(40)[20..]];

        Run(generator, texts, new InferenceOptions { Workers = new InferenceWorkers(2) });

        Assert.Equal(Texts(40), _results.Committed.Select(found => found.Text));
        var letter = Assert.Single(Topic.Of<DeadLetter>("speeches.dead-letters").ReadAll(_log));
        Assert.Equal(
            ("embed", 20, "Model 'fake': its generator did not take a text (Too strange). Other texts may work."),
            (letter.Step, letter.Position, letter.Reason));
        Assert.Equal(Texts(40).Order(), generator.Answered.SelectMany(batch => batch).Order());
    }

    [Fact]
    public void Each_call_has_a_span_that_says_how_many_texts_it_had_and_whether_it_failed()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Dataflow",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var generator = new FakeGenerator("traced")
        {
            Before = static (texts, _) => texts.Contains("poison")
                ? throw new HttpRequestException("Too strange.", null, HttpStatusCode.BadRequest) : Task.CompletedTask,
        };

        Run(generator, [.. Texts(20), "poison"], new InferenceOptions { Workers = new InferenceWorkers(1) });

        var calls = spans.Where(static span => span.OperationName == "dataflow.model.call" && "traced".Equals(span.GetTagItem("model")))
            .Select(static call => (Texts: (int)call.GetTagItem("inputs")!, HasFailed: call.Status == ActivityStatusCode.Error));
        Assert.Equal(generator.Asked.Select(static texts => (texts.Length, texts.Contains("poison"))).Order(), calls.Order());
    }

    [Theory]
    [InlineData(new float[0], "a vector without numbers")]
    [InlineData(new[] { 1, float.NaN }, "a vector with a number that is not finite")]
    [InlineData(new[] { float.NegativeInfinity, 1 }, "a vector with a number that is not finite")]
    [InlineData(
        new float[] { 1, 2, 3 },
        "a vector of 3 numbers, where those before have 2: vectors of one model are of one length, and another model is named by ModelId")]
    public void A_vector_that_could_not_be_used_is_refused_and_not_recorded(float[] vector, string reason)
    {
        var generator = new FakeGenerator { Vector = text => text == "poison" ? vector : FakeGenerator.VectorOf(text) };
        string[] texts = [.. Texts(20), "poison", .. Texts(40)[20..]];

        Run(generator, texts, new InferenceOptions { Workers = new InferenceWorkers(1) });

        Assert.Equal(Texts(40), _results.Committed.Select(found => found.Text));
        var letter = Assert.Single(Topic.Of<DeadLetter>("speeches.dead-letters").ReadAll(_log));
        Assert.Equal(
            (20, $"Model 'fake': its generator gave a text {reason}. It is not kept; other texts may work."),
            (letter.Position, letter.Reason));
        Assert.Equal(40, _log.GetTopic(Results).EndOffset(0));
        Assert.Equal(41, generator.Answered.Sum(batch => batch.Length)); // the others of its call are not asked for again
        SimulatedJob.Start(Pipeline(generator, texts, new()), _log).Close(); // starts again
    }

    [Fact]
    public void A_model_whose_vectors_have_another_length_is_recorded_under_another_name()
    {
        Crash(new FakeGenerator(), ["a", "b"]);
        Run(new FakeGenerator { Vector = _ => [1, 2, 3] }, ["a", "b"], new InferenceOptions { ModelId = "longer" });

        Assert.All(_results.Committed, found => Assert.Equal(3, found.Vector.Length));
    }

    [Theory]
    [InlineData(16, 56)] // no vector
    [InlineData(16, 64, float.NaN)]
    [InlineData(16, 60)] // one number, where the model's vectors have two
    [InlineData(16, 66)]
    [InlineData(3, 7)] // something else
    public async Task A_recorded_result_that_is_damaged_is_counted_and_paid_for_again(int keyBytes, int valueBytes, float number = 0)
    {
        string[] texts = ["a", "bb", "ccc"];
        Crash(new FakeGenerator(), texts);
        using var log = SimulatedJob.OpenLog();
        await log.CreateTopicAsync(Results, 1, TestContext.Current.CancellationToken);
        await using (var producer = log.CreateProducer(Results))
        {
            foreach (var (at, (key, value)) in RecordsOf(_log).Index())
            {
                if (at == 1 && valueBytes == 64) BitConverter.TryWriteBytes(value.AsSpan(60), number);
                Assert.True(producer.TryAppend(0, 0, at == 1 ? key[..keyBytes] : key, at == 1 ? Resized(value, valueBytes) : value));
            }
        }

        var generator = new FakeGenerator();
        var job = SimulatedJob.Start(Pipeline(generator, texts, new()), log);
        job.Run();

        Assert.Equal(1, job.Status.Steps.Single(step => step.Name == "embed").DamagedResults);
        Assert.Single(generator.Answered.SelectMany(batch => batch));
        Assert.Equal(texts.Select(FakeGenerator.VectorOf), _results.Committed.Select(found => found.Vector));

        static byte[] Resized(byte[] value, int length)
        {
            Array.Resize(ref value, length);
            return value;
        }
    }

    [Fact]
    public void A_service_that_fails_for_a_while_is_asked_again()
    {
        var failures = 0;
        var generator = new FakeGenerator
        {
            Before = (_, _)
                => Interlocked.Increment(ref failures) <= 20 ? throw new HttpRequestException("Out of order.") : Task.CompletedTask,
        };

        Run(generator, Texts(10),
            new InferenceOptions { Workers = new InferenceWorkers(2), Calls = new AsyncOptions { Concurrency = 16, Attempts = 30 } });

        Assert.Equal(Texts(10), _results.Committed.Select(found => found.Text));
        Assert.Equal(Texts(10).Order(), generator.Answered.SelectMany(batch => batch).Where(text => text != "text").Order());
    }

    [Fact]
    public void A_text_on_which_worker_after_worker_fails_becomes_a_dead_letter()
    {
        var generator = new FakeGenerator
        {
            Before = (texts, _) => texts.Contains("t3") ? throw new IOException("Connection reset.") : Task.CompletedTask,
        };

        Run(generator, Texts(8), new InferenceOptions { Workers = new InferenceWorkers(2) });

        Assert.Equal(Texts(8).Except(["t3"]), _results.Committed.Select(found => found.Text));
        Assert.Equal(
            "Model 'fake': workers failed with a text time after time, but not with others; the last one with: Connection reset. "
            + "The text seems to be at fault.",
            Assert.Single(Topic.Of<DeadLetter>("speeches.dead-letters").ReadAll(_log)).Reason);
    }

    [Fact]
    public void A_service_that_answers_nobody_stops_the_job_with_an_error_that_may_pass()
    {
        var isDown = true;
        var generator =
            new FakeGenerator { Before = (_, _) => isDown ? throw new HttpRequestException("Out of order.") : Task.CompletedTask };

        var error = Assert.Throws<OperatorException>(() => Run(generator, Texts(40)));
        isDown = false;
        Run(generator, Texts(40));

        Assert.True(error.IsTransient);
        Assert.Equal("embed", error.Step);
        Assert.Contains(
            "Model 'fake': workers fail time after time, whatever the text; the last one with: Out of order. "
            + "See that the model can be reached, then start the job again;",
            error.Message, StringComparison.Ordinal);
        Assert.Equal(Texts(40), _results.Committed.Select(found => found.Text));
        Assert.Empty(Topic.Of<DeadLetter>("speeches.dead-letters").ReadAll(_log));
    }

    [Fact]
    public void A_call_that_takes_too_long_is_given_up()
    {
        var clock = new SimulatedClock();
        var generator =
            new FakeGenerator { Before = (texts, _) => texts.Contains("t1")
            ? Task.Delay(Timeout.Infinite, CancellationToken.None) : Task.CompletedTask };
        var options = new InferenceOptions
        {
            BatchTexts = 1, Workers = new InferenceWorkers(1), Calls = new AsyncOptions { Timeout = TimeSpan.FromSeconds(1) },
        };
        var job = SimulatedJob.Start(Pipeline(generator, Texts(3), options), _log, clock: clock);
        for (var call = 1; call <= 3; call++)
        {
            RunUntil(() => generator.Asked.Count(batch => batch[0] == "t1") == call);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        RunUntil(() => generator.Answered.Any(batch => batch[0] == "t2"));
        job.Run();

        Assert.Equal(["t0", "t2"], _results.Committed.Select(found => found.Text));
        Assert.Contains(
            "No answer came within 00:00:01.", Assert.Single(Topic.Of<DeadLetter>("speeches.dead-letters").ReadAll(_log)).Reason,
            StringComparison.Ordinal);

        // The clock stands still meanwhile: it must not be said to be late for what only waits for a thread.
        void RunUntil(Func<bool> isDone) => Assert.True(SpinWait.SpinUntil(
            () =>
            {
                job.RunUntilIdle();
                return isDone();
            },
            TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void A_generator_that_gives_too_few_vectors_is_at_fault()
    {
        using var broken = new Broken();
        Run(broken, ["a"]);

        Assert.Empty(_results.Committed);
        Assert.Equal(
            "Model 'broken': it gave 0 vectors for 1 texts. Its generator is to give one for each, in their order.",
            Assert.Single(Topic.Of<DeadLetter>("speeches.dead-letters").ReadAll(_log)).Reason);
    }

    [Fact]
    public void Checkpoints_do_not_wait_for_calls_and_a_restart_makes_them()
    {
        var gate = new TaskCompletionSource();
        var slow = new FakeGenerator { Before = (texts, _) => texts.Contains("t5") ? gate.Task : Task.CompletedTask };
        var options = new InferenceOptions { BatchTexts = 1 };
        var job = SimulatedJob.Start(Pipeline(slow, Texts(10), options), _log);

        job.Checkpoint(); // would not complete if it waited for t5
        job.Close();
        var before = _results.Committed.Count;
        var quick = new FakeGenerator();
        SimulatedJob.Start(Pipeline(quick, Texts(10), options), _log).Run();

        Assert.InRange(before, 0, 5);
        Assert.Equal(Texts(10), _results.Committed.Select(found => found.Text));
        Assert.Contains("t5", quick.Answered.SelectMany(batch => batch));
        // Nothing else, but what was at work when the job was closed.
        Assert.InRange(
            slow.Answered.SelectMany(batch => batch).Intersect(quick.Answered.SelectMany(batch => batch)).Count(), 0,
            Environment.ProcessorCount);
    }

    [Fact]
    public async Task A_key_keeps_its_order_where_the_next_run_has_more_workers()
    {
        var gate = new TaskCompletionSource();
        var generator = new FakeGenerator { Before = (texts, _) => texts.Any(text => text.EndsWith('1')) ? gate.Task : Task.CompletedTask };
        var input = Topic.Of<string>("texts", partitions: 2);
        await _log.CreateTopicAsync(input.Name, 2, TestContext.Current.CancellationToken);
        await ProduceAsync('1');
        var job = SimulatedJob.Start(ByFirstLetter(), _log);
        job.RunUntilIdle();
        job.Checkpoint(); // those that end on 1 are in flight
        job.Close();
        await ProduceAsync('2');
        job = SimulatedJob.Start(ByFirstLetter(), _log, workers: 2);
        while (generator.Answered.Sum(batch => batch.Length) < Letters.Length) job.RunUntilIdle();
        job.Checkpoint();
        gate.SetResult();
        while (_results.Committed.Count < 2 * Letters.Length) job.Checkpoint();
        job.Close();

        Assert.All(
            _results.Committed.GroupBy(found => found.Text[0]),
            ofKey => Assert.Equal([$"{ofKey.Key}1", $"{ofKey.Key}2"], ofKey.Select(found => found.Text)));

        Pipeline ByFirstLetter()
        {
            var pipeline = new Pipeline("by-key");
            pipeline.From(input).KeyBy(text => text[0])
                .Embed(generator, text => text, (text, vector) => new Found(text, vector),
                    options: new() { BatchTexts = 1, Workers = new InferenceWorkers(2 * Letters.Length) })
                .Values().To(_results);
            return pipeline;
        }

        async Task ProduceAsync(char end)
        {
            await using var producer = _log.CreateProducer(input.Name);
            foreach (var letter in Letters) Assert.True(
                producer.TryAppend(letter % 2, 0, System.Text.Encoding.UTF8.GetBytes($"{letter}{end}")));
        }
    }

    [Theory]
    [InlineData(20, 2)]
    [InlineData(31, 4)]
    public void Results_that_are_too_old_are_made_again(int days, int answered)
    {
        var clock = new SimulatedClock();
        var generator = new FakeGenerator();
        var options = new InferenceOptions { KeepFor = TimeSpan.FromDays(30) };
        Crash(generator, ["a", "b"], options, clock);
        clock.Advance(TimeSpan.FromDays(days));

        Run(generator, ["a", "b", "a"], options, clock: clock);

        Assert.Equal(answered, generator.Answered.Sum(batch => batch.Length));
        Assert.Equal(["a", "b", "a"], _results.Committed.Select(found => found.Text));
    }

    [Fact]
    public void A_model_that_is_not_named_is_a_fault_of_the_plan()
    {
        var error = Assert.Throws<PlanException>(() => Pipeline(new FakeGenerator(model: null), ["a"], new()).Explain());

        Assert.Contains(
            "step 'embed': its generator does not say which model it calls, and results are kept by model. Name it, as ModelId in the "
                + "options.",
            error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "embed (model mine, 32 texts a call)",
            Pipeline(new FakeGenerator(model: null), ["a"], new() { ModelId = "mine" }).Explain().ToString(), StringComparison.Ordinal);
    }

    private static string[] Texts(int count) => [.. Enumerable.Range(0, count).Select(number => $"t{number}")];

    private Pipeline Pipeline(Generator generator, string[] texts, InferenceOptions options, string? failsOn = null)
    {
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of(texts, "lines"))
            .Embed(generator, text => text, (text, vector) => new Found(text, vector), options: options)
            .Select(found => found.Text == failsOn ? throw new InvalidOperationException("Crash.") : found, "crash").To(_results);
        return pipeline;
    }

    private ModelUsage Run(
        Generator generator, string[] texts, InferenceOptions? options = null, int workers = 1, SimulatedClock? clock = null)
    {
        var job = SimulatedJob.Start(Pipeline(generator, texts, options ?? new()), _log, workers, clock: clock);
        try
        {
            job.Run();
        }
        catch (OperatorException)
        {
            job.Close();
            throw;
        }

        return job.Status.Steps.Single(step => step.Name == "embed").Models[0];
    }

    /// <summary>Ends without a checkpoint when the vectors of all texts are recorded.</summary>
    private ModelUsage Crash(Generator generator, string[] texts, InferenceOptions? options = null, SimulatedClock? clock = null)
    {
        var job = SimulatedJob.Start(Pipeline(generator, texts, options ?? new(), failsOn: texts[^1]), _log, clock: clock);
        Assert.Throws<OperatorException>(job.Run);
        job.Close();
        return job.Status.Steps.Single(step => step.Name == "embed").Models[0];
    }

    private static List<(byte[] Key, byte[] Value)> RecordsOf(LogStore log)
    {
        var records = new List<(byte[] Key, byte[] Value)>();
        using var reader = log.OpenReader(Results, 0, 0);
        while (reader.TryRead(out var batch))
            foreach (var record in batch) records.Add((record.Key.ToArray(), record.Value.ToArray()));
        return records;
    }

    private sealed record Found(string Text, float[] Vector);

    private sealed class Broken : Generator
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
            => Task.FromResult(new GeneratedEmbeddings<Embedding<float>>());

        public object? GetService(Type serviceType, object? serviceKey = null)
            => serviceType == typeof(EmbeddingGeneratorMetadata)
                ? new EmbeddingGeneratorMetadata("tests", null, "broken") : null;

        public void Dispose()
        {
        }
    }
}
