using System.Text;
using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Onnx.Tests;

/// <summary>A new version of a model is tried beside the old one, goes over the history, and takes over while the job runs.</summary>
public sealed class When_the_model_is_changed : IDisposable
{
    private const int Partitions = 2;

    private static readonly string[] s_events = [
        "produce", "produce", "run", "try", "switch", "back", "checkpoint", "begin", "steps", "crash", "rescale"];

    private static readonly Topic<string> s_input = Topic.Of<string>("texts", Partitions);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly InferenceWorkers _workers = new(2);
    private readonly MemorySink<Found> _results = Sink.Memory<Found>();
    private readonly FakeGenerator _old = new("model-1");
    private readonly FakeGenerator _new = new("model-2") { Vector = static text => [text.Length, text[^1], 7] };
    private readonly int[] _produced = new int[Partitions];

    public When_the_model_is_changed() => Create(_log);

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task The_new_one_takes_over_at_the_place_in_the_log_that_it_names(int workers, bool isKeyed)
    {
        var versions = new ModelVersions("v1", _old);
        await ProduceAsync(150);
        var job = SimulatedJob.Start(Pipeline(versions, isKeyed), _log, workers);
        job.RunUntilIdle();
        versions.Add("v2", _new);
        var tried = versions.TryAsync("v2");
        job.Checkpoint();
        await ProduceAsync(100);
        while (!_results.Committed.Any(found => found.Vector.Tried is not null)) job.Checkpoint(); // others are on their way to both
        var switched = versions.SwitchAsync("v2");
        job.Checkpoint();
        await ProduceAsync(50);
        Finish(job);

        var (trial, change) = (await tried, await switched);
        Assert.Equal(("v1", "v2", 1), (trial.Answers, trial.Tried, trial.Checkpoint));
        Assert.Equal(("v2", null), (change.Answers, change.Tried));
        Assert.All(trial.Positions.Values.Zip(change.Positions.Values), place => Assert.True(place.First < place.Second));
        CheckResults(isKeyed);
        Assert.All(
            _results.Committed, found => Assert.Equal(found.Offset < change.Positions[found.Split] ? "v1" : "v2", found.Vector.Version));
        Assert.All(_results.Committed, found => Assert.Equal(
            found.Offset >= trial.Positions[found.Split] && found.Offset < change.Positions[found.Split], found.Vector.Tried is not null));
    }

    [Fact]
    public void Whatever_crashes_between_each_text_is_once_there_and_versions_change_where_they_said()
        => Gen.Select(
            Gen.Int[1, 3], Gen.Bool, Gen.Int,
            Gen.OneOf(s_events.Select(static what => Gen.Const(what)).ToArray()).Array[10, 40].Select(static all => string.Join(' ', all)))
            .Sample(
                (workers, isKeyed, seed, events) =>
                {
                    using var test = new When_the_model_is_changed();
                    test.RunAsync(workers, isKeyed, seed, events.Split(' ')).GetAwaiter().GetResult();
                },
                iter: 60);

    [Fact]
    public async Task All_workers_change_at_the_same_checkpoint_though_some_be_past_its_barrier()
    {
        for (var steps = 0; steps < 60; steps++)
        {
            using var test = new When_the_model_is_changed();
            await test.ChangeAsync(steps);
        }
    }

    [Fact]
    public async Task The_history_is_embedded_beside_what_is_live_by_the_same_workers()
    {
        await ProduceAsync(200);
        var history = Sink.Memory<Found>("history");
        var backfill = new Pipeline("history");
        backfill.From(s_input.StopAtEnd())
            .Embed(_new, text => text, (text, vector) => new Found(text, new("v2", vector)), options: Options with { IsBackfill = true })
            .To(history);
        var (job, live) = (SimulatedJob.Start(backfill, _log), SimulatedJob.Start(Pipeline(new ModelVersions("v1", _old)), _log, seed: 1));
        live.RunUntilIdle();
        job.Run();
        Finish(live);

        Assert.Equal(200, history.Committed.Count);
        CheckResults();
    }

    [Fact]
    public async Task Texts_for_the_version_that_is_tried_wait_while_others_do()
    {
        var order = new List<string>();
        var (old, @new) = (Noting("v1"), Noting("v2"));
        var workers = new InferenceWorkers(0);
        var versions = new ModelVersions("v1", old);
        versions.Add("v2", @new);
        var job = SimulatedJob.Start(Pipeline(versions, options: new() { Workers = workers, BatchTexts = 1 }), _log);
        var tried = versions.TryAsync("v2");
        job.Checkpoint();
        await ProduceAsync(20);
        job.RunUntilIdle();

        workers.Add();
        while (_results.Committed.Count < 20) job.Checkpoint();
        job.Close();

        Assert.True(tried.IsCompletedSuccessfully);
        Assert.Equal([.. Enumerable.Repeat("v1", 20), .. Enumerable.Repeat("v2", 20)], order);

        FakeGenerator Noting(string version) => new(version)
        {
            Before = (_, _) =>
            {
                lock (order) order.Add(version);
                return Task.CompletedTask;
            },
        };
    }

    [Fact]
    public async Task A_version_that_fails_while_it_is_tried_costs_no_record()
    {
        var broken = new FakeGenerator("broken")
        {
            Vector = _new.Vector,
            Before = static (texts, _)
                => texts.Any(text => text.EndsWith('3')) ? throw new FormatException("No threes.") : Task.CompletedTask,
        };
        var versions = new ModelVersions("v1", _old);
        versions.Add("v2", broken);
        var job = SimulatedJob.Start(Pipeline(versions, options: Options with { BatchTexts = 1 }), _log);
        _ = versions.TryAsync("v2");
        job.Checkpoint();
        await ProduceAsync(20);
        while (_results.Committed.Count < 20) job.Checkpoint();

        CheckResults();
        Assert.All(_results.Committed, found => Assert.Equal(found.Text.EndsWith('3'), found.Vector.Tried is null));
        Assert.Equal((18, 2), (versions.Comparison!.Texts, versions.Comparison.Failed));
        Assert.Equal("Model 'v2': its generator did not take a text (No threes). Other texts may work.", versions.Comparison.LastError);
        Assert.Equal(0, job.Status.DeadLetters);
        job.Close();
    }

    [Fact]
    public async Task Both_versions_have_an_account_and_after_the_change_nothing_is_asked_again()
    {
        var versions = new ModelVersions("v1", _old);
        versions.Add("v2", _new);
        var job = SimulatedJob.Start(Pipeline(versions), _log);
        _ = versions.TryAsync("v2");
        job.Checkpoint();
        await ProduceAsync(30);
        while (_results.Committed.Count < 30) job.Checkpoint();
        await ProduceAsync(30, from: 0); // the same texts
        _ = versions.SwitchAsync("v2");
        job.Checkpoint();
        while (_results.Committed.Count < 60) job.Checkpoint();
        var models = job.Status.Steps.Single(step => step.Name == "embed").Models;
        job.Close();

        Assert.Equal([("v1", 30), ("v2", 30)], models.Select(model => (model.Model, model.Texts)));
        Assert.Equal(30, _new.Answered.Sum(batch => batch.Length));
    }

    [Fact]
    public async Task A_checkpoint_that_asks_for_a_version_that_is_not_given_is_refused()
    {
        var versions = new ModelVersions("v1", _old);
        versions.Add("v2", _new);
        await ProduceAsync(20);
        var job = SimulatedJob.Start(Pipeline(versions), _log);
        _ = versions.SwitchAsync("v2");
        job.Checkpoint();
        job.Close();

        var error = Assert.Throws<OperatorException>(() => SimulatedJob.Start(Pipeline(new ModelVersions("v1", _old)), _log));
        Finish(SimulatedJob.Start(Pipeline(new ModelVersions("v2", _new)), _log)); // the name counts, not the order

        Assert.Contains(
            "asks for version 'v2' of a model; given are v1. Add it to the step's ModelVersions before the start.", error.Message,
            StringComparison.Ordinal);
        CheckResults();
    }

    [Fact]
    public async Task A_version_that_texts_in_flight_were_taken_in_for_must_be_given_until_they_are_through()
    {
        var workers = new InferenceWorkers(0);
        var versions = new ModelVersions("v1", _old);
        versions.Add("v2", _new);
        await ProduceAsync(5);
        var job = SimulatedJob.Start(Pipeline(versions, options: new() { Workers = workers }), _log);
        job.RunUntilIdle();
        _ = versions.SwitchAsync("v2");
        job.Checkpoint(); // five texts in flight, taken in for v1
        job.Close();

        job = SimulatedJob.Start(Pipeline(new ModelVersions("v2", _new)), _log);
        var error = Assert.Throws<OperatorException>(() => Finish(job));
        job.Close();
        versions = new ModelVersions("v1", _old);
        versions.Add("v2", _new);
        Finish(SimulatedJob.Start(Pipeline(versions), _log));

        Assert.Contains("asks for version 'v1' of a model; given are v2.", error.Message, StringComparison.Ordinal);
        Assert.All(_results.Committed, found => Assert.Equal("v1", found.Vector.Version));
        CheckResults();
    }

    [Fact]
    public async Task Changes_that_no_checkpoint_has_made_end_with_the_job()
    {
        var versions = new ModelVersions("v1", _old);
        versions.Add("v2", _new);
        var job = SimulatedJob.Start(Pipeline(versions), _log);
        var change = versions.SwitchAsync("v2");
        job.Close();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => change);
        Assert.Throws<InvalidOperationException>(() => { _ = versions.SwitchAsync("v2"); });
    }

    [Fact]
    public void One_job_has_the_versions_at_a_time()
    {
        var versions = new ModelVersions("v1", _old);
        var job = SimulatedJob.Start(Pipeline(versions), _log);
        using var other = SimulatedJob.OpenLog();
        Create(other);

        var error = Assert.Throws<OperatorException>(() => SimulatedJob.Start(Pipeline(versions), other));
        job.Close();
        SimulatedJob.Start(Pipeline(versions), other).Close();

        Assert.Contains(
            "These versions belong to a step that runs already. Make others for each step.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_and_changes_that_make_no_sense_are_refused()
    {
        using var real = EmbeddingModel.Load(TestFiles.Model);
        var versions = new ModelVersions("v1", _old);
        Assert.StartsWith(
            "There is a version 'v1' already.", Assert.Throws<ArgumentException>(() => versions.Add("v1", _new)).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Version 'v2' is the model of version 'v1': both have the id 'model-1'.",
            Assert.Throws<ArgumentException>(() => versions.Add("v2", new FakeGenerator("model-1"))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "No job runs with these versions.", Assert.Throws<InvalidOperationException>(() => { _ = versions.TryAsync("v1"); }).Message,
            StringComparison.Ordinal);
        var job = SimulatedJob.Start(Pipeline(versions, options: Options with { BatchTokens = 512 }), _log);
        versions.Add("real", real);

        Assert.StartsWith(
            "There is no version 'v3'. There are: v1, real.",
            Assert.Throws<ArgumentException>(() => { _ = versions.SwitchAsync("v3"); }).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "Version 'v1' answers already.", Assert.Throws<ArgumentException>(() => { _ = versions.TryAsync("v1"); }).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Leave BatchTokens out.", Assert.Throws<ArgumentException>(() => { _ = versions.TryAsync("real"); }).Message,
            StringComparison.Ordinal);
        job.Close();
    }

    [Fact]
    public void Explain_names_the_versions()
    {
        var versions = new ModelVersions("v1", _old);
        versions.Add("v2", _new);

        var plan = Pipeline(versions).Explain();

        Assert.Contains("embed-version (of v1, v2; v1, unless a checkpoint says otherwise)", plan.ToString(), StringComparison.Ordinal);
        Assert.Contains("embed (model v1, 4 texts a call; model v2, 4 texts a call)", plan.ToString(), StringComparison.Ordinal);
    }

    private InferenceOptions Options => new() { Workers = _workers, BatchTexts = 4 };

    private Pipeline Pipeline(ModelVersions versions, bool isKeyed = false, InferenceOptions? options = null)
    {
        var pipeline = new Pipeline("live");
        var texts = pipeline.From(s_input);
        if (isKeyed)
            texts.KeyBy(text => text[^1])
                .Embed(versions, text => text, (text, vector) => new Found(text, vector), options: options ?? Options).Values()
                .To(_results);
        else
            texts.Embed(versions, text => text, (text, vector) => new Found(text, vector), options: options ?? Options).To(_results);
        return pipeline;
    }

    private static void Create(LogStore log) => log.CreateTopicAsync(s_input.Name, Partitions).AsTask().GetAwaiter().GetResult();

    /// <summary>Adds texts that say where they lie.</summary>
    private async Task ProduceAsync(int texts, int? from = null)
    {
        await using var producer = _log.CreateProducer(s_input.Name);
        for (var i = 0; i < texts; i++)
        {
            var partition = i % Partitions;
            var offset = from is { } first ? first + (i / Partitions) : _produced[partition]++;
            Assert.True(producer.TryAppend(partition, 0, Encoding.UTF8.GetBytes($"{partition}/{offset}")));
        }
    }

    private void Finish(SimulatedJob job)
    {
        while (_results.Committed.Count < _produced.Sum()) job.Checkpoint();
        job.Close();
    }

    /// <summary>Asks for a change while a checkpoint is under way.</summary>
    private async Task ChangeAsync(int steps)
    {
        var versions = new ModelVersions("v1", _old);
        versions.Add("v2", _new);
        var job = SimulatedJob.Start(Pipeline(versions), _log, workers: 2, seed: steps);
        await ProduceAsync(40);
        job.Begin();
        for (; steps > 0; steps--) job.Step();
        var asked = versions.SwitchAsync("v2");
        await ProduceAsync(40);
        Finish(job);
        var change = await asked;
        Assert.All(
            _results.Committed, found => Assert.Equal(found.Offset < change.Positions[found.Split] ? "v1" : "v2", found.Vector.Version));
    }

    private async Task RunAsync(int workers, bool isKeyed, int seed, string[] events)
    {
        var changes = new List<Task<VersionChange>>();
        var versions = Versions();
        var hasBegun = false;
        var job = SimulatedJob.Start(Pipeline(versions, isKeyed), _log, workers, seed);
        foreach (var what in events)
        {
            switch (what)
            {
                case "produce": await ProduceAsync(12); break;
                case "run": job.RunUntilIdle(); break;
                case "try": TryIfItMay(); break;
                case "switch": changes.Add(versions.SwitchAsync("v2")); break;
                case "back": changes.Add(versions.SwitchAsync("v1")); break;
                case "begin" when !hasBegun: job.Begin(); break;
                case "begin" or "steps":
                    for (var i = 0; i < 10; i++) job.Step(); // some workers may be past the barrier, others not
                    break;
                case "checkpoint": job.Checkpoint(); break;
                default:
                    job.Close();
                    workers = what == "rescale" ? (workers % 3) + 1 : workers;
                    job = SimulatedJob.Start(Pipeline(versions = Versions(), isKeyed), _log, workers, seed);
                    break;
            }

            hasBegun = what == "begin" || (hasBegun && what is not ("checkpoint" or "crash" or "rescale"));
        }

        Finish(job);
        CheckResults(isKeyed, hasOrder: isKeyed || !events.Contains("rescale"));
        var made = changes.Where(change => change.IsCompletedSuccessfully).Select(change => change.Result).ToArray();
        Assert.All(_results.Committed, found => Assert.Equal(
            made.LastOrDefault(change => change.Positions[found.Split] <= found.Offset)?.Answers ?? "v1", found.Vector.Version));

        ModelVersions Versions()
        {
            var versions = new ModelVersions("v1", _old);
            versions.Add("v2", _new);
            return versions;
        }

        void TryIfItMay()
        {
            try
            {
                changes.Add(versions.TryAsync("v2"));
            }
            catch (ArgumentException)
            {
                // it answers
            }
        }
    }

    private void CheckResults(bool isKeyed = false, bool hasOrder = true)
    {
        Assert.Empty(_results.Committed.GroupBy(found => found.Text).Where(found => found.Count() > 1).Select(found => found.Key));
        Assert.Equal(
            Enumerable.Range(0, Partitions)
                .SelectMany(partition => Enumerable.Range(0, _produced[partition]).Select(offset => $"{partition}/{offset}")).Order(),
            _results.Committed.Select(found => found.Text).Order());
        Assert.All(
            _results.Committed.GroupBy(found => (found.Split, Key: isKeyed ? found.Text[^1] : ' ')).Where(_ => hasOrder),
            ofKey => Assert.Equal(ofKey.Select(found => found.Offset).Order(), ofKey.Select(found => found.Offset)));
        Assert.All(_results.Committed, found => Assert.Equal(ModelOf(found.Vector.Version).Vector(found.Text), found.Vector.Vector));
        Assert.All(
            _results.Committed.Where(found => found.Vector.Tried is not null),
            found => Assert.Equal(ModelOf(found.Vector.Tried!.Version).Vector(found.Text), found.Vector.Tried.Vector));
    }

    private FakeGenerator ModelOf(string version) => version == "v1" ? _old : _new;

    private sealed record Found(string Text, VersionedVector Vector)
    {
        public string Split => $"{s_input.Name}[{Text[0]}]";

        public long Offset => long.Parse(Text[2..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
