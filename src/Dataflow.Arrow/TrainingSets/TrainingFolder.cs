using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dataflow.Log;

namespace Dataflow.Arrow;

/// <summary>The directory of a training set: renames finished files and lists them in the manifest.</summary>
internal sealed partial class TrainingFolder
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly RowFormat _format;
    private readonly SortedDictionary<(string Topic, int Partition, int Sequence), TrainingFile> _listed = [];
    private bool _isListed = true; // whether the manifest on disk is up to date

    private TrainingFolder(IFileSystem files, string directory, TrainingSetOptions options, SinkContext context)
    {
        (_files, _directory, Options, Context) = (files, directory, options, context);
        _format = options.IsParquet ? new ParquetFormat() : new ArrowFormat();
    }

    public TrainingSetOptions Options { get; }

    public SinkContext Context { get; }

    private string ManifestPath => Path.Combine(_directory, TrainingManifest.FileName);

    /// <summary>Opens the directory; creates it if it is missing.</summary>
    /// <exception cref="ConnectorException">The directory cannot be used, or holds another training set.</exception>
    public static TrainingFolder Open(IFileSystem files, string directory, TrainingSetOptions options, SinkContext context, bool isNew)
    {
        var folder = new TrainingFolder(files, directory, options, context);
        try
        {
            files.CreateDirectory(directory);
            files.SyncDirectory(Path.GetDirectoryName(directory)!);
            if (!files.Exists(folder.ManifestPath)) return folder;
            if (isNew) throw ArrowErrors.HoldsTrainingSet(directory);
            foreach (var file in folder.ReadManifest().Files) folder._listed[Key(file)] = file;
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw ConnectorException.CannotOpen(folder.ManifestPath, error);
        }
    }

    /// <summary>Describes a file of a shard, without rows yet.</summary>
    public TrainingFile Begin(SplitPlace shard, int sequence) => new()
    {
        File = string.Create(CultureInfo.InvariantCulture, $"{shard.Source}-{shard.Index}-{sequence:d5}{_format.Extension}"),
        Topic = shard.Source,
        Partition = shard.Index,
        Sequence = sequence,
        Plan = Context.PlanHash,
        Rows = 0,
        From = long.MaxValue,
        To = 0,
    };

    /// <summary>Deletes files that a crash has left and that no checkpoint knows.</summary>
    public void DeleteUnknown(IEnumerable<TrainingFile> known)
    {
        var kept = known.Select(static file => file.File).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _files.List(_directory))
        {
            // By the whole form of the name: other sinks may write to the directory, too.
            if (PartialName().IsMatch(name) && !kept.Contains(Path.GetFileNameWithoutExtension(name)))
                _files.Delete(Path.Combine(_directory, name));
        }
    }

    public PartialFile OpenPartial(TrainingFile file, ReadOnlyMemory<byte> state = default)
        => PartialFile.Open(_files, Path.Combine(_directory, file.File), state);

    /// <summary>Gives a file its final name, if it does not have it already; <see cref="WriteManifest"/> lists it.</summary>
    /// <param name="partial">The file's rows. Closed afterwards.</param>
    /// <param name="file">The description of the file.</param>
    /// <param name="batches">The number of rows of each batch.</param>
    public void Publish(PartialFile partial, TrainingFile file, IReadOnlyList<int> batches)
    {
        var metadata = RowMetadata.Of(Context.Pipeline, file);
        using (partial) partial.Finish((rows, final) => _format.Convert(rows, final, metadata, batches));
        _listed[Key(file)] = file;
        _isListed = false;
    }

    /// <summary>Writes the manifest as a whole, if there is something new to list.</summary>
    public void WriteManifest(bool isComplete)
    {
        if (_isListed && !isComplete) return;
        var manifest = new TrainingManifest { Pipeline = Context.Pipeline, IsComplete = isComplete, Files = [.. _listed.Values] };
        using var file = PartialFile.Open(_files, ManifestPath, default);
        file.Write(manifest.ToBytes());
        file.Finish();
        _isListed = true;
    }

    [GeneratedRegex(@"-\d+-\d{5,}\.(arrow|parquet)\.partial$", RegexOptions.CultureInvariant)]
    private static partial Regex PartialName();

    private static (string, int, int) Key(TrainingFile file) => (file.Topic, file.Partition, file.Sequence);

    private TrainingManifest ReadManifest()
    {
        using var file = _files.Open(ManifestPath, FileMode.Open);
        var bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return TrainingManifest.Read(bytes);
    }
}
