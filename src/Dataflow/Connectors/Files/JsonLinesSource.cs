using System.Text.Json.Serialization.Metadata;

namespace Dataflow;

static partial class Source
{
    /// <summary>Reads a file with a JSON value on each line. The file is one split; blank lines are skipped.</summary>
    /// <typeparam name="T">The type of a value, read by System.Text.Json; its attributes apply, names match in any case. A member that
    /// cannot be null and has no default is required; other content of a line is ignored.</typeparam>
    /// <param name="path">The file, in UTF-8; one that ends in <c>.gz</c> is decompressed. A line has at most 64 MiB.</param>
    /// <param name="whenReplaced">The reaction to a file that has other lines than the job had read before its restart.</param>
    /// <exception cref="ConnectorException">A member of <typeparamref name="T"/> cannot be read as it was written.</exception>
    /// <example><code>
    /// read.From(Source.JsonLines&lt;Order>(path)).To(Sink.Console&lt;Order>(order => $"{order.Customer}: {order.Pieces}"));
    /// </code></example>
    public static Source<T> JsonLines<T>(string path, ReplacedFile whenReplaced = ReplacedFile.Refuse)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new JsonLinesSource<T>(path, whenReplaced);
    }
}

internal sealed class JsonLinesSource<T>(string path, ReplacedFile whenReplaced) : Source<T>
{
    private const int MaxLineBytes = 64 << 20;

    private readonly JsonTypeInfo<T> _json = JsonRows<T>.ForReading;

    public override string Name => Path.GetFileName(path);

    public override bool MayBeShared => true;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
    {
        using var file = InputFile.OpenAsIs(path);
        return [new SplitDescription(Name)];
    }

    public override bool HasChanged(SourceSplit split) => InputFile.HasChanged(path, split.Mark);

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
    {
        var reader = new JsonLinesReader<T>(Name, split, new LineReader(InputFile.OpenAsIs(path), path, MaxLineBytes), _json);
        try
        {
            if (!reader.Skip(position)) throw ConnectorException.EndsBefore(path, "lines", reader.Position, position);
            if (!reader.HasRead(split.Mark)) throw ConnectorException.Replaced(path, "lines", position);
            return reader;
        }
        catch (ConnectorException) when (whenReplaced == ReplacedFile.ReadAnew && position > 0)
        {
            reader.Dispose();
            return Open(split with { Mark = default }, 0, context);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }
}
