using System.IO.Compression;
using System.Text.Json;
using Dataflow;
using Dataflow.Log;
using Dataflow.Onnx;
using Spectre.Console;

namespace SpeechSearch;

/// <summary>Replaces the model while sentences come in: one that reads the beginnings of sentences by one that reads all of them.</summary>
internal sealed class Swap(LogStore log, string file, string folder)
{
    private const int Chunk = 250;

    private static readonly Topic<Sentence> s_sentences = Topic.Of<Sentence>("sentences", partitions: 2);
    private static readonly Topic<Row> s_live = Topic.Of<Row>("vectors", partitions: 2);
    private static readonly Topic<Row> s_history = Topic.Of<Row>("vectors-of-the-history", partitions: 2);

    private readonly InferenceOptions _options = new() { Workers = new InferenceWorkers() };
    private int _fed;

    public async Task RunAsync()
    {
        using var beginnings = EmbeddingModel.Load(folder, new EmbeddingOptions { MaxTokens = 12 });
        using var whole = EmbeddingModel.Load(folder);
        var versions = new ModelVersions("beginnings", beginnings);
        await FeedAsync();
        await using var job = await Live(versions)
            .StartAsync(new JobOptions { Log = log, CheckpointInterval = TimeSpan.FromMilliseconds(200) });
        await ArrivedAsync(job);

        versions.Add("whole", whole);
        var trial = await versions.TryAsync("whole");
        Say($"Tries [blue]whole[/] beside [blue]beginnings[/] from {PlacesOf(trial)}");
        await FeedAsync();
        await History(whole).RunAsync(new JobOptions { Log = log });
        await ArrivedAsync(job);
        var found = versions.Comparison!;
        Say($"Of {found.Texts} sentences {found.SharedNeighbours:P0} of the nearest ten are the same, the cosines correlate by "
            + $"{found.Correlation:0.00}");

        var change = await versions.SwitchAsync("whole");
        Say($"[blue]whole[/] answers from {PlacesOf(change)}");
        await FeedAsync();
        await ArrivedAsync(job);
        await job.StopAsync();
        Print();
    }

    /// <summary>The live rows; while a version is tried, they have both vectors.</summary>
    private Pipeline Live(ModelVersions versions)
    {
        var pipeline = new Pipeline("live");
        pipeline.From(s_sentences)
            .Embed(versions, sentence => sentence.Text,
                (sentence, found) => new Row(sentence.Id, found.Version, found.Vector, found.Tried?.Version), options: _options)
            .To(s_live);
        return pipeline;
    }

    /// <summary>Embeds earlier rows with the new version, by the same workers, after all live rows.</summary>
    private Pipeline History(EmbeddingModel whole)
    {
        var pipeline = new Pipeline("history");
        pipeline.From(s_sentences.StopAtEnd())
            .Embed(whole, sentence => sentence.Text, (sentence, vector) => new Row(sentence.Id, "whole", vector, null),
                options: _options with { IsBackfill = true })
            .To(s_history);
        return pipeline;
    }

    private async Task FeedAsync()
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var sentences = Lines(lines).Skip(_fed).Take(Chunk)
            .Select(line => JsonSerializer.Deserialize<Sentence>(line, JsonSerializerOptions.Web)!).ToArray();
        var pipeline = new Pipeline($"feed-{_fed}");
        pipeline.From(Source.Of(sentences)).KeyBy(sentence => sentence.Id).To(s_sentences);
        await pipeline.RunAsync(new JobOptions { Log = log });
        _fed += sentences.Length;
    }

    /// <summary>Waits until all that was fed has come out.</summary>
    private async Task ArrivedAsync(Job job)
    {
        var rows = log.GetTopic(s_live.Name);
        while (Enumerable.Range(0, rows.PartitionCount).Sum(rows.EndOffset) < _fed)
        {
            if (job.Completion.IsCompleted) await job.Completion;
            await Task.Delay(50);
        }
    }

    private void Print()
    {
        var table = new Table().Title($"{_fed} sentences").AddColumns("rows", "by", "tried beside", "number");
        foreach (var rows in s_live.ReadAll(log).GroupBy(row => (row.Version, row.Tried)).OrderBy(rows => rows.Key.Version)
            .ThenBy(rows => rows.Key.Tried))
            table.AddRow("live", rows.Key.Version, rows.Key.Tried ?? "", $"{rows.Count()}");
        table.AddRow("history", "whole", "", $"{s_history.ReadAll(log).Count()}");
        AnsiConsole.Write(table);
    }

    private static IEnumerable<string> Lines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static string PlacesOf(VersionChange change)
        => Markup.Escape(string.Join(", ", change.Positions.OrderBy(place => place.Key).Select(place => $"{place.Key}@{place.Value}")));

    private static void Say(string markup) => AnsiConsole.MarkupLine(markup);
}

/// <summary>A sentence's vector with the version of the model that made it.</summary>
public sealed record Row(string Id, string Version, float[] Vector, string? Tried);
