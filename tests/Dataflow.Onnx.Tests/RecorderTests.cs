using Dataflow.Log;
using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Recording;
using Dataflow.Testing;

namespace Dataflow.Onnx.Tests;

/// <summary>Recorders of several processes on one topic; here of one process.</summary>
public sealed class RecorderTests : IAsyncDisposable
{
    private const string Results = "results";

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly FakeGenerator _generator = new();

    public async ValueTask DisposeAsync() => await _log.DisposeAsync();

    [Fact]
    public async Task A_result_that_another_process_has_recorded_is_not_paid_for_again()
    {
        await using var first = await OpenAsync(keep: 100);
        await using var second = await OpenAsync(keep: 100);

        var paid = await EmbedAsync(first, 1);
        var found = await EmbedAsync(second, 1);

        Assert.Equal(paid.Vector, found.Vector);
        Assert.Single(_generator.Asked);
        Assert.Equal(1, Assert.Single(second.Usage).SavedTexts);
    }

    [Fact]
    public async Task A_process_goes_on_where_the_topic_begins_when_others_have_trimmed_what_it_had_not_read()
    {
        await using var first = await OpenAsync(keep: 8);
        await using var second = await OpenAsync(keep: 8);

        for (var text = 0; text < 40; text++) await EmbedAsync(first, text);
        await EmbedAsync(second, 39);
        await EmbedAsync(second, 1000);

        Assert.InRange(_log.GetTopic(Results).StartOffset(0), 30, 32);
        Assert.Equal(41, _generator.Asked.Count);
    }

    private async Task<Recorder> OpenAsync(int keep)
    {
        await _log.CreateTopicAsync(Results, 1, TestContext.Current.CancellationToken);
        return Recorder.Open(_log, _log.CreateProducer(Results), new InferenceOptions { KeepResults = keep }, TimeProvider.System);
    }

    private Task<EmbeddedText> EmbedAsync(Recorder recorder, int text)
    {
        var model = recorder.Model(Embedders.Of(_generator, new InferenceOptions()), isBackfill: false);
        return recorder.EmbedAsync(model, (UInt128)text, $"text {text}", out _).WaitAsync(TimeSpan.FromSeconds(30));
    }
}
