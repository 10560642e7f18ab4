using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.DeadLetters;

/// <summary>A pipeline's dead letters in its log.</summary>
internal static class LetterTopic
{
    /// <summary>Reads the dead letters of a pipeline, the oldest first; none where it has written none.</summary>
    /// <exception cref="ToolException">The pipeline has never run on the log.</exception>
    public static IEnumerable<FoundLetter> Read(LogStore log, string pipeline, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!log.TryGetTopic($"{log.FindPipeline(pipeline)}.dead-letters", out var topic)) yield break;
        using var progress = new Progress(terminal, "Dead letters", topic.Records());
        using var reader = log.OpenReader(topic.Name, 0, topic.StartOffset(0));
        while (reader.TryReadBefore(topic.EndOffset(0), out var batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var letter in Of(batch)) yield return letter;
            progress.Add(batch.Count);
        }
    }

    private static List<FoundLetter> Of(RecordBatch batch)
    {
        var letters = new List<FoundLetter>();
        foreach (var record in batch) letters.Add(new(record.Offset, Serde<DeadLetter>.Default.Read(record.Value)));
        return letters;
    }
}

/// <summary>A dead letter, and its offset in the topic.</summary>
internal sealed record FoundLetter(long Offset, DeadLetter Letter)
{
    /// <summary>The record, such as <c>orders[3]@41</c>; null where it is not known.</summary>
    public string? Record => Letter.Source.Length == 0 ? null : $"{Letter.Source}@{Letter.Position}";
}
