using System.Buffers;
using Dataflow.Log.Segments;

namespace Dataflow.Log;

/// <summary>Reads a partition of a <see cref="LogStore"/>. It stays usable after the store was disposed.</summary>
internal sealed class StoreReader : PartitionReader
{
    private const int BufferBytes = 256 << 10;

    private readonly Partition _partition;
    private readonly Func<Exception?> _failure;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private Segment? _segment;
    private long _filePosition; // of the buffer's end
    private long _position;
    private long _expectedOffset; // of the next stored batch; -1 right after a seek
    private bool _disposed;

    public StoreReader(Partition partition, long offset, Func<Exception?> failure)
    {
        _partition = partition;
        _failure = failure;
        Seek(offset);
    }

    public override string Topic => _partition.Topic;

    public override int Partition => _partition.Index;

    public override long Position => _position;

    public override long End => _partition.EndOffset;

    public override bool TryRead(out RecordBatch batch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ThrowIfOutOfRange(_position);
        // A commit's bytes are there a moment before the end moves behind them.
        while (TryFillBatch(out var header) && header.LastOffset < _partition.EndOffset)
        {
            var start = _start;
            _start += header.Bytes;
            var isSought = header.LastOffset >= _position;
            _expectedOffset = isSought ? header.LastOffset + 1 : -1;
            if (!isSought) continue; // unchecked: damage before an offset does not keep anybody from it
            batch = new RecordBatch(this, in header, _buffer, start, _position);
            _position = _expectedOffset;
            return true;
        }
        batch = default;
        return false;
    }

    public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (_partition.EndOffset <= _position)
        {
            if (_failure() is { } failure) throw failure;
            if (_partition.IsDeleted) throw LogException.TopicDeleted(Topic);
            if (_partition.IsClosed) return false;
            await _partition.WaitBeyondAsync(_position, cancellationToken);
        }
        return true;
    }

    public override void Seek(long offset)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ThrowIfOutOfRange(offset);
        LeaveSegment();
        (_position, _expectedOffset) = (offset, -1);
    }

    protected override void Dispose(bool disposing)
    {
        if (_disposed) return;
        _disposed = true;
        LeaveSegment();
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    internal override CorruptLogException MalformedRecord(long baseOffset, int bufferPosition)
        => CorruptLogException.Batch(
            Topic, Partition, _segment?.Path ?? _partition.Directory, _filePosition - _end + bufferPosition, baseOffset,
            "a record does not follow the format");

    /// <summary>Loads a whole batch into the buffer at <c>_start</c>, verified unless it lies before the position.</summary>
    private bool TryFillBatch(out BatchHeader header)
    {
        while (true)
        {
            var needed = BatchHeader.Size;
            if (_end - _start >= BatchHeader.Size)
            {
                if (BatchHeader.TryRead(_buffer.AsSpan(_start, BatchHeader.Size), out header) is { } wrong) throw Damaged(wrong);
                needed = header.Bytes;
                if (_end - _start >= needed)
                {
                    if (header.LastOffset >= _position) Check(in header);
                    return true;
                }
            }
            if (!TryFill(needed))
            {
                header = default;
                return false;
            }
        }
    }

    private void Check(in BatchHeader header)
    {
        var batch = _buffer.AsSpan(_start, header.Bytes);
        var checksum = BatchHeader.ChecksumOf(batch);
        if (checksum != header.Checksum)
            throw CorruptLogException.Checksum(
                Topic, Partition, _segment!.Path, BatchPosition, _expectedOffset < 0 ? header.BaseOffset : _expectedOffset, checksum,
                header.Checksum);
        var expected = _expectedOffset >= 0 ? _expectedOffset : Math.Min(header.BaseOffset, _position);
        if (header.BaseOffset != expected) throw Damaged($"batch base offset is {header.BaseOffset}, not {expected}");
        if (header.Attributes != 0) throw LogException.BatchNotReadable(Topic, Partition, header.BaseOffset, header.Attributes);
    }

    /// <summary>Fills the buffer to at least the given number of bytes; false when nothing more is visible.</summary>
    private bool TryFill(int needed)
    {
        var next = _partition.SegmentAfter(_segment); // before the length: once it exists, the current one is complete
        if (_segment is null || (_filePosition >= _segment.VisibleBytes && _start == _end))
        {
            if (_segment is not null && next is null) return false;
            if (_segment is null && _partition.EndOffset <= _position) return false;
            EnterSegment(_segment is null ? _partition.SegmentOf(_position) : next);
            return true;
        }
        var visible = _segment.VisibleBytes;
        if (_filePosition >= visible) throw Damaged("the segment ends within a batch");
        MakeRoom(needed);
        var count = (int)Math.Min(_buffer.Length - _end, visible - _filePosition);
        var read = Read(_segment, _buffer.AsSpan(_end, count), _filePosition);
        if (read < count) throw Damaged($"the file ends at byte {_filePosition + read}, {visible} were committed");
        _end += read;
        _filePosition += read;
        return true;
    }

    private void MakeRoom(int needed)
    {
        var left = _buffer.AsSpan(_start, _end - _start);
        if (needed > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, BufferBytes));
            left.CopyTo(larger);
            if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else left.CopyTo(_buffer);
        (_start, _end) = (0, left.Length);
    }

    private void EnterSegment(Segment? segment)
    {
        if (segment is null) throw OutOfRange(_position);
        LeaveSegment();
        _filePosition = _expectedOffset >= 0 ? 0 : FindBatch(segment);
        _segment = segment;
    }

    private long FindBatch(Segment segment)
    {
        var file = Hold(segment);
        try
        {
            return segment.Offsets.Find(
                file, segment.VisibleBytes, _position,
                (position, what) => CorruptLogException.Batch(Topic, Partition, segment.Path, position, _position, what));
        }
        catch (Exception error) when (DiskErrors.IsRefusal(error))
        {
            throw LogAccessException.Reading(Topic, Partition, segment.Path, error);
        }
        finally
        {
            segment.Release();
        }
    }

    private int Read(Segment segment, Span<byte> buffer, long position)
    {
        var file = Hold(segment);
        try
        {
            return file.Read(buffer, position);
        }
        catch (Exception error) when (DiskErrors.IsRefusal(error))
        {
            throw LogAccessException.Reading(Topic, Partition, segment.Path, error);
        }
        finally
        {
            segment.Release();
        }
    }

    private IFile Hold(Segment segment)
    {
        try
        {
            return segment.Hold() ?? throw OutOfRange(_position);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CorruptLogException.Batch(Topic, Partition, segment.Path, 0, segment.BaseOffset, "the file is missing");
        }
        catch (Exception error) when (DiskErrors.IsRefusal(error))
        {
            throw LogAccessException.Reading(Topic, Partition, segment.Path, error);
        }
    }

    private void LeaveSegment()
    {
        _segment = null;
        (_start, _end) = (0, 0);
    }

    private long BatchPosition => _filePosition - (_end - _start);

    private CorruptLogException Damaged(string what)
        => CorruptLogException.Batch(
            Topic, Partition, _segment!.Path, BatchPosition, _expectedOffset < 0 ? _position : _expectedOffset, what);

    private void ThrowIfOutOfRange(long offset)
    {
        if (_partition.IsDeleted || offset < _partition.StartOffset || offset > _partition.EndOffset) throw OutOfRange(offset);
    }

    private LogException OutOfRange(long offset)
        => _partition.IsDeleted ? LogException.TopicDeleted(Topic)
            : OffsetOutOfRangeException.Of(Topic, Partition, offset, _partition.StartOffset, _partition.EndOffset);
}
