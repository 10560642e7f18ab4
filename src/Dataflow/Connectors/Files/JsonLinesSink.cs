using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json.Serialization.Metadata;
using System.Text.Json;
using Dataflow.Log;

namespace Dataflow;

static partial class Sink
{
    /// <summary>Writes a JSON value on each line, in UTF-8, names in camel case.</summary>
    /// <remarks>Until the job ends the lines are in <c>path.partial</c>, synced with every checkpoint; then that file is renamed to
    /// <paramref name="path"/>, replacing an existing one. A job with unbounded input never finishes the file. On a log that processes
    /// share, <paramref name="path"/> is a directory, in which each process writes files of its own: see <see cref="FileParts"/>.</remarks>
    /// <typeparam name="T">The type of the values, written by System.Text.Json; its attributes apply.</typeparam>
    /// <param name="path">The file. Its directory must exist.</param>
    /// <exception cref="ConnectorException">A member of <typeparamref name="T"/> cannot be written as it is.</exception>
    /// <example><code>
    /// write.From(Source.Of&lt;Order>([new(0, "ada", "tea", 2), new(1, "bob", "cups", 1)])).To(Sink.JsonLines&lt;Order>(path));
    /// </code></example>
    public static Sink<T> JsonLines<T>(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new JsonLinesSink<T>(PhysicalFileSystem.Instance, Path.GetFullPath(path));
    }
}

internal sealed class JsonLinesSink<T>(IFileSystem files, string path) : Sink<T>, IWritesParts
{
    private readonly JsonTypeInfo<T> _json = JsonRows<T>.ForWriting;

    public override string Name => Path.GetFileName(path);

    public override string Guarantee => "exactly once, visible when the job ends";

    public override bool MayBeShared => true;

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
        => new JsonLinesWriter<T>(FileParts.Open(files, path, ".jsonl", state, context), _json);

    public void FinishPart(ReadOnlyMemory<byte> state, SinkContext context)
        => FileParts.Finish(files, path, state, static (partial, part) => partial.CopyTo(part));
}

internal sealed class JsonLinesWriter<T>(PartialFile file, JsonTypeInfo<T> json) : SinkWriter<T>
{
    private const int BufferBytes = 1 << 16;

    private readonly ArrayBufferWriter<byte> _buffer = new(BufferBytes + (BufferBytes >> 2));
    private readonly Utf8JsonWriter _writer = new(Stream.Null, new JsonWriterOptions
    {
        SkipValidation = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // lines in a file need no escapes for web pages
    });

    public override void Write(in Record<T> record)
    {
        _writer.Reset(_buffer);
        Serialize(record.Value);
        _writer.Flush();
        _buffer.Write("\n"u8);
        if (_buffer.WrittenCount >= BufferBytes) Flush();
    }

    public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
    {
        Flush();
        return file.Prepare();
    }

    public override void Finish() => file.Finish();

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        _writer.Dispose();
        base.Dispose(disposing);
    }

    private void Serialize(T value)
    {
        try
        {
            JsonSerializer.Serialize(_writer, value, json);
        }
        catch (JsonException error)
        {
            throw new FormatException($"{error.Message} ({error.Path})", error);
        }
        catch (NotSupportedException error)
        {
            throw new FormatException("A value is of a type that is derived from the declared one, which names it in no "
                + "[JsonDerivedType], or that has no lines of JSON.", error);
        }
    }

    private void Flush()
    {
        if (_buffer.WrittenCount == 0) return;
        file.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
