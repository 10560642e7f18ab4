using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.DeadLetters;

/// <summary>A pipeline's dead letters in its log.</summary>
internal static class LetterTopic
{
    /// <summary>Reads the dead letters of a pipeline, the oldest first; none where it has written none.</summary>
    /// <exception cref="ToolException">The pipeline has never run on the log.</exception>
    public static IEnumerable<KeptLetter> Read(LogStore log, string pipeline, Terminal terminal, CancellationToken cancellationToken)
    {
        var letters = new DeadLetterStore(log, log.FindPipeline(pipeline));
        if (!log.TryGetTopic(letters.Topic, out var topic)) yield break;
        using var progress = new Progress(terminal, "Dead letters", topic.Records());
        foreach (var letter in letters.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return letter;
            progress.Add(1);
        }
    }
}
