using System.Collections.Concurrent;
using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Onnx.Tests.Workers;

/// <summary>Workers come, go and fail while a job runs; no text is lost, done twice in the result, or out of its order.</summary>
public sealed class InferenceWorkersTests : IDisposable
{
    private static readonly AsyncOptions s_all = new() { Concurrency = 1000 };

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly MemorySink<string> _results = Sink.Memory<string>();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Without_workers_texts_wait_and_the_first_that_comes_does_them_all()
    {
        var generator = new FakeGenerator();
        var workers = new InferenceWorkers(0);
        var job = SimulatedJob.Start(Pipeline(generator, Texts(50), new InferenceOptions { Workers = workers }), _log);
        job.RunUntilIdle();
        Assert.Empty(generator.Asked);

        workers.Add();
        job.Run();

        Assert.Equal(1, workers.Count);
        Assert.Equal(Texts(50), _results.Committed);
    }

    [Fact]
    public void The_input_is_not_read_further_than_texts_may_be_on_their_way()
    {
        var generator = new FakeGenerator();
        var workers = new InferenceWorkers(0);
        var options = new InferenceOptions { Workers = workers, Calls = new AsyncOptions { Concurrency = 8 } };
        var job = SimulatedJob.Start(Pipeline(generator, Texts(500), options), _log);
        job.RunUntilIdle();

        Assert.InRange(job.Status.RecordsRead, 8, 16); // what a read may bring beyond
        workers.Add();
        job.Run();
        Assert.Equal(Texts(500), _results.Committed);
    }

    [Fact]
    public void As_many_calls_run_at_once_as_there_are_workers()
    {
        int running = 0, most = 0;
        var gate = new SemaphoreSlim(0);
        var generator = new FakeGenerator
        {
            Before = async (_, cancellationToken) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                await gate.WaitAsync(cancellationToken);
                Interlocked.Decrement(ref running);
            },
        };
        var workers = new InferenceWorkers(3);
        var options = new InferenceOptions { BatchTexts = 1, Workers = workers, Calls = s_all };
        var job = SimulatedJob.Start(Pipeline(generator, Texts(60), options), _log);
        StepUntil(job, () => running == 3);
        workers.Add(2);
        StepUntil(job, () => running == 5);
        workers.Remove(4);
        gate.Release(5);
        StepUntil(job, () => running == 1);
        gate.Release(100);

        job.Run();

        Assert.Equal((1, 5), (workers.Count, most));
        Assert.Equal(Texts(60), _results.Committed);
    }

    [Fact]
    public void What_a_worker_fails_with_another_does_and_the_one_that_fails_on_and_on_is_taken_out()
    {
        var good = new FakeGenerator();
        var bad = new FakeGenerator { Before = (_, _) => throw new IOException("Its card is gone.") };
        var workers = new InferenceWorkers(0);
        workers.Add(bad, new InferenceOptions { BatchTexts = 4 });
        workers.Add(good);

        var job = SimulatedJob.Start(Pipeline(good, Texts(500), new InferenceOptions { Workers = workers }), _log);
        StepUntil(job, () => bad.Asked.Count == 3 || job.HasFinished);
        job.Run();

        Assert.Equal(Texts(500), _results.Committed);
        Assert.Equal(Texts(500).Order(), good.Answered.SelectMany(batch => batch).Order());
        Assert.Equal(bad.Asked.Count == 3 ? 1 : 2, workers.Count);
        Assert.Equal(2 - workers.Count, workers.Failed);
    }

    [Fact]
    public void The_last_worker_tries_again_what_it_failed_with()
    {
        var calls = 0;
        var flaky =
            new FakeGenerator { Before = (_, _) => Interlocked.Increment(ref calls) % 2 == 1
            ? throw new IOException("Now and then.") : Task.CompletedTask };

        SimulatedJob.Start(Pipeline(flaky, Texts(20), new InferenceOptions { Workers = new InferenceWorkers(1) }), _log).Run();

        Assert.Equal(Texts(20), _results.Committed);
        Assert.Equal(Texts(20).Order(), flaky.Answered.SelectMany(batch => batch).Order());
    }

    [Fact]
    public void A_worker_with_a_generator_of_its_own_works_for_its_model_only()
    {
        var other = new FakeGenerator("other");
        var own = new FakeGenerator();
        var workers = new InferenceWorkers(0);
        workers.Add(other);
        var job = SimulatedJob.Start(Pipeline(own, Texts(20), new InferenceOptions { Workers = workers }), _log);
        job.RunUntilIdle();

        workers.Add();
        job.Run();

        Assert.Empty(other.Asked);
        Assert.Equal(Texts(20).Order(), own.Answered.SelectMany(batch => batch).Order());
    }

    [Fact]
    public void What_is_live_goes_before_backfill()
    {
        var order = new ConcurrentQueue<string>();
        var generator = new FakeGenerator { Before = (texts, _) => Note(order, texts) };
        var workers = new InferenceWorkers(0);
        var pipeline = new Pipeline("speeches");
        foreach (var (name, isBackfill) in new[] { ("history", true), ("live", false) })
        {
            pipeline.From(Source.Of(Texts(30).Select(text => $"{name}-{text}"), name)).Embed(
                generator, text => text, (text, _) => text, name,
                new InferenceOptions { BatchTexts = 1, Workers = workers, IsBackfill = isBackfill, Calls = s_all })
                    .To(Sink.Memory<string>(name));
        }

        Assert.Contains("history (model fake, 1 texts a call, backfill)", pipeline.Explain().ToString(), StringComparison.Ordinal);
        var job = SimulatedJob.Start(pipeline, _log);
        job.RunUntilIdle();
        workers.Add();
        job.Run();

        Assert.Equal([.. Texts(30).Select(text => $"live-{text}"), .. Texts(30).Select(text => $"history-{text}")], order);
    }

    [Fact]
    public void Workers_that_come_go_and_fail_at_random_change_no_result()
        => Gen.Select(Gen.Int, Gen.Int[1, 3]).Sample(
            (seed, jobWorkers) =>
            {
                using var log = SimulatedJob.OpenLog();
                var results = Sink.Memory<Keyed<int, string>>();
                var random = new Random(seed);
                var flaky =
                    new FakeGenerator { Before = (_, _) => Random.Shared.Next(3) == 0
                    ? throw new IOException("At random.") : Task.CompletedTask };
                var sound = new FakeGenerator();
                var workers = new InferenceWorkers(1);
                string[] texts = [.. Enumerable.Range(0, 400).Select(_ => $"t{random.Next(150)}")];
                var pipeline = new Pipeline("speeches");
                pipeline.From(Source.Of(texts.Index(), "lines")).KeyBy(text => text.Index % 7)
                    .Embed(sound, text => text.Item, (text, _) => $"{text.Index} {text.Item}",
                        options: new InferenceOptions { BatchTexts = 8, Workers = workers, Calls = s_all with { Attempts = 30 } })
                    .Pairs.To(results);
                var job = SimulatedJob.Start(pipeline, log, jobWorkers, seed);
                for (var step = 0; step < 200 && !job.HasFinished; step++)
                {
                    switch (random.Next(6))
                    {
                        case 0: workers.Add(); break;
                        case 1: workers.Add(flaky); break;
                        case 2: workers.Remove(); break;
                        default: job.Step(); break;
                    }
                }

                workers.Add();
                job.Run();

                var expected = texts.Index().Select(text => new Keyed<int, string>(text.Index % 7, $"{text.Index} {text.Item}"))
                    .ToLookup(pair => pair.Key);
                var found = results.Committed.ToLookup(pair => pair.Key);
                Assert.All(expected, key => Assert.Equal(key, found[key.Key]));
                Assert.Equal(400, results.Committed.Count);
                // which is only to try
                var answered = sound.Answered.Concat(flaky.Answered).SelectMany(batch => batch).Where(text => text != "text");
                Assert.Equal(texts.Distinct().Order(), answered.Order());
            },
            iter: 20);

    private static Task Note(ConcurrentQueue<string> order, IReadOnlyList<string> texts)
    {
        foreach (var text in texts) order.Enqueue(text);
        return Task.CompletedTask;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }

    private static void StepUntil(SimulatedJob job, Func<bool> isDone) =>
        Assert.True(SpinWait.SpinUntil(() => { job.Step(); return isDone(); }, TimeSpan.FromSeconds(20)));

    private static string[] Texts(int count) => [.. Enumerable.Range(0, count).Select(number => $"t{number}")];

    private Pipeline Pipeline(FakeGenerator generator, string[] texts, InferenceOptions options)
    {
        var pipeline = new Pipeline("speeches");
        pipeline.From(Source.Of(texts, "lines")).Embed(generator, text => text, (text, _) => text, options: options).To(_results);
        return pipeline;
    }
}
