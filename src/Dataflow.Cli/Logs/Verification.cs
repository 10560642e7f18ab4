using System.Globalization;
using Dataflow.Log;

namespace Dataflow.Cli.Logs;

/// <summary>Reads partitions to their ends; where a file is damaged it goes on with the next one.</summary>
internal sealed class Verification(IReadOnlyList<RecoveryCut> cuts)
{
    private readonly List<Damage> _damages = [];
    private int _partitions;
    private long _batches;
    private long _records;

    public VerificationReport Report() => new(_partitions, _batches, _records, [.. cuts.Select(static cut => cut.ToString())], _damages);

    public void Verify(LogStore log, LogTopic topic, int partition, Progress progress, CancellationToken cancellationToken)
    {
        _partitions++;
        using var reader = log.OpenReader(topic.Name, partition, topic.StartOffset(partition));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (!reader.TryReadBefore(topic.EndOffset(partition), out var batch)) return;
                _batches++;
                foreach (var record in batch) _records++; // reads each
                progress.Add(batch.Count);
            }
            catch (CorruptLogException damage)
            {
                _damages.Add(Damage.Of(damage));
                if (NextFile(damage, topic.EndOffset(partition)) is not { } next) return;
                reader.Seek(next);
            }
        }
    }

    /// <summary>The first offset of the file behind the damaged one; files are named by it.</summary>
    private static long? NextFile(CorruptLogException damage, long end)
        => Directory.EnumerateFiles(Path.GetDirectoryName(damage.File)!, "*.log")
            .Select(static file => long.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture))
            .Where(first => first > damage.Offset && first < end).Order().Cast<long?>().FirstOrDefault();
}

/// <summary>The result of a verification.</summary>
internal sealed record VerificationReport(
    int Partitions, long Batches, long Records, IReadOnlyList<string> Cuts, IReadOnlyList<Damage> Damages);

/// <summary>A damaged place.</summary>
internal sealed record Damage(string? Topic, int? Partition, long? Offset, string File, long Position, string Text)
{
    public static Damage Of(CorruptLogException error)
        => new(error.Topic, error.Partition, error.Offset, error.File, error.Position, error.Message);
}
