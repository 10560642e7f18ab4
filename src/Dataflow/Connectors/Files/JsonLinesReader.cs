using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow;

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
            if (!System.Text.Unicode.Utf8.IsValid(line)) throw new FormatException($"line {Position} is not UTF-8");
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
