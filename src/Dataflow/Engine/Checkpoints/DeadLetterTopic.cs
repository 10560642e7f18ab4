using System.Buffers;
using Dataflow.Log;

namespace Dataflow.Checkpoints;

/// <summary>Writes a checkpoint's dead letters, in the checkpoint's own commit.</summary>
internal static class DeadLetterTopic
{
    /// <exception cref="OperatorException">There are more than the pipeline allows.</exception>
    public static void Add(LogCommit commit, LogTopic? topic, IReadOnlyList<DeadLetter> letters, long max)
    {
        if (letters.Count > max) throw OperatorException.TooManyDeadLetters(letters[^1], max);
        if (topic is null || letters.Count == 0) return;
        var records = new RecordBuffer();
        var value = new ArrayBufferWriter<byte>();
        foreach (var letter in letters)
        {
            value.ResetWrittenCount();
            Serde<DeadLetter>.Default.Write(letter, value);
            records.Append(letter.Time.ToUnixTimeMilliseconds(), value.WrittenSpan);
        }

        commit.Add(topic, 0, records);
    }
}
