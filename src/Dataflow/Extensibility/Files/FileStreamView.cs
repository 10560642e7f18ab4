using Dataflow.Log;

namespace Dataflow;

/// <summary>A stream over an <see cref="IFile"/>, for libraries that need one. Does not own the file.</summary>
/// <param name="file">The file.</param>
/// <param name="end">The length up to which it is read; null: that of the file.</param>
internal sealed class FileStreamView(IFile file, long? end = null) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => end ?? file.Length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = file.Read(buffer[..(int)Math.Clamp(Length - Position, 0, buffer.Length)], Position);
        Position += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        file.Write(buffer, Position);
        Position += buffer.Length;
    }

    // Synchronously: libraries that only know asynchronous writing need no thread for it.
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => Length,
    };

    public override void SetLength(long value) => file.SetLength(value);

    public override void Flush()
    {
        // Nothing is buffered: each write goes to the file.
    }
}
