using Parquet;
using Parquet.Schema;

namespace Dataflow;

/// <summary>An open Parquet file, read on the caller's thread.</summary>
internal sealed class ParquetFile : IDisposable
{
    private readonly Stream _stream;
    private readonly ParquetReader _reader;

    /// <param name="stream">Owned by the file, also when this constructor throws.</param>
    public ParquetFile(Stream stream)
    {
        _stream = stream;
        try
        {
            _reader = Wait(ParquetReader.CreateAsync(stream, leaveStreamOpen: true));
            RowCount = _reader.RowGroups.Sum(group => group.RowCount);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public long RowCount { get; }

    public IReadOnlyList<Field> Fields => _reader.Schema.Fields;

    public IReadOnlyList<ParquetRowGroupReader> Groups => _reader.RowGroups;

    public void Dispose()
    {
        Wait(_reader.DisposeAsync());
        _stream.Dispose();
    }

    /// <summary>Waits for what the library does at once, its stream being one that never leaves a read pending.</summary>
    public static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    public static void Wait(Task task) => task.GetAwaiter().GetResult();

    public static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
