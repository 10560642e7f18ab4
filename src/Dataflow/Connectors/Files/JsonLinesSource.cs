using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

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

/// <summary>Reads the lines of a file. Positions count lines, blank ones too.</summary>
internal sealed class JsonLinesReader<T>(string source, SourceSplit split, LineReader lines, JsonTypeInfo<T> json)
    : SourceReader<T>
{
    private bool _isFinished;

    public override long Position => lines.LinesRead;

    public override ReadOnlyMemory<byte> Mark => lines.Mark;

    public override bool IsFinished => _isFinished;

    /// <summary>Skips lines without decoding them; false when the file ends before.</summary>
    public bool Skip(long count)
    {
        while (Position < count && TryRead(out _))
        {
        }

        return Position == count;
    }

    /// <summary>Whether the lines read so far are those of a mark.</summary>
    public bool HasRead(ReadOnlyMemory<byte> mark) => lines.HasRead(mark);

    public override int Read(Span<Record<T>> records)
    {
        var count = 0;
        while (count < records.Length && TryRead(out var line))
        {
            if (line.TrimStart(" \t\r"u8).IsEmpty) continue;
            if (TryDecode(line, out var value)) records[count++] = new(value, 0, new RecordOrigin(split.Id, Position - 1));
        }

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        lines.Dispose();
        base.Dispose(disposing);
    }

    private bool TryRead(out ReadOnlySpan<byte> line)
    {
        try
        {
            _isFinished = !lines.TryRead(out line);
            return !_isFinished;
        }
        catch (InvalidDataException error)
        {
            throw OperatorException.CouldNotRead(source, split.Name, Position, typeof(T), error);
        }
    }

    private bool TryDecode(ReadOnlySpan<byte> line, out T value)
    {
        value = default!;
        try
        {
            if (!Utf8.IsValid(line)) throw new FormatException($"line {Position} is not UTF-8");
            value = JsonSerializer.Deserialize(line, json) ?? throw new FormatException($"line {Position} is null");
            return true;
        }
        catch (JsonException error)
        {
            CouldNotDecode(new FormatException($"line {Position}, byte {error.BytePositionInLine}{Reason(error)}", error));
        }
        catch (Exception error)
        {
            CouldNotDecode(error);
        }

        return false;
    }

    // The library's message may quote the line; only the names of members are kept.
    private static string Reason(JsonException error)
    {
        const string Missing = "missing required properties including: ";
        var at = error.Path is { Length: > 1 } path ? $" ({path})" : "";
        var names = error.Message.IndexOf(Missing, StringComparison.Ordinal) is >= 0 and var found
            ? error.Message[(found + Missing.Length)..].Split('.', 2)[0]
            : null;
        return names is null ? $"{at}: the text is not JSON for that type" : $"{at}: members are missing that cannot be null: {names}";
    }

    private void CouldNotDecode(Exception error)
        => Reject(OperatorException.CouldNotRead(source, split.Name, Position - 1, typeof(T), error));
}
