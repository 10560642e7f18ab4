using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Onnx.Tests;

/// <summary>A new model goes over the history as backfill beside the old one, then takes over at a checkpoint.</summary>
public sealed class When_the_model_is_changed : IDisposable
{
    private static readonly string[] s_texts = [.. Enumerable.Range(0, 400).Select(number => $"t{number}")];

    private static readonly Topic<string> s_input = Topic.Of<string>("texts", partitions: 1);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly InferenceWorkers _workers = new(1);
    private readonly MemorySink<Found> _results = Sink.Memory<Found>();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task The_new_one_begins_where_the_old_one_ended_and_finds_what_the_history_left()
    {
        var (old, next) = (new FakeGenerator("v1"), new FakeGenerator("v2"));
        await ProduceAsync(s_texts[..300]);
        var live = SimulatedJob.Start(Live(old, "v1"), _log, workers: 2);
        while (_results.Committed.Count < 100) live.Checkpoint();
        var history = Sink.Memory<Found>("history");
        var backfill = new Pipeline("history");
        backfill.From(Source.Of(s_texts[..100], "texts")).Embed(
            next, text => text, (text, vector) => new Found(text, "v2", vector), options: new InferenceOptions { Workers = _workers, IsBackfill = true })
            .To(history);
        SimulatedJob.Start(backfill, _log).Run();
        live.Checkpoint();
        live.Close();
        await ProduceAsync(s_texts[300..]);
        live = SimulatedJob.Start(Live(next, "v2"), _log, workers: 2);
        while (_results.Committed.Count < s_texts.Length) live.Checkpoint();
        live.Close();

        Assert.Equal(s_texts, _results.Committed.Select(found => found.Text));
        var switched = _results.Committed.TakeWhile(found => found.Version == "v1").Count();
        Assert.InRange(switched, 100, 300);
        Assert.All(_results.Committed.Skip(switched), found => Assert.Equal("v2", found.Version));
        Assert.Equal(s_texts[..100], history.Committed.Select(found => found.Text));
        Assert.Empty(s_texts[switched..].Except(next.Answered.SelectMany(batch => batch)));
    }

    private async Task ProduceAsync(string[] texts)
    {
        await _log.CreateTopicAsync(s_input.Name, 1, TestContext.Current.CancellationToken);
        await using var producer = _log.CreateProducer(s_input.Name);
        foreach (var text in texts) Assert.True(producer.TryAppend(0, 0, System.Text.Encoding.UTF8.GetBytes(text)));
    }

    private Pipeline Live(FakeGenerator model, string version)
    {
        var pipeline = new Pipeline("live");
        pipeline.From(s_input)
            .Embed(model, text => text, (text, vector) => new Found(text, version, vector), options: new InferenceOptions { Workers = _workers, BatchTexts = 4 })
            .To(_results);
        return pipeline;
    }

    private sealed record Found(string Text, string Version, float[] Vector);
}
