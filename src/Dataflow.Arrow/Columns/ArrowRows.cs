using Apache.Arrow;
using Dataflow.Codecs;

namespace Dataflow.Arrow;

/// <summary>Collects values as columns, one for each public property, into a record batch. Its buffers are reused.</summary>
/// <remarks>For one thread.</remarks>
public sealed class ArrowRows<T>
{
    private readonly ArrowColumn[] _columns;
    private object? _box; // of rows that are structs

    private ArrowRows(ArrowColumn[] columns)
    {
        _columns = columns;
        Schema = new Schema(columns.Select(column => column.Field), metadata: null);
    }

    /// <summary>The columns.</summary>
    public Schema Schema { get; }

    /// <summary>The number of rows collected.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of texts, bytes and lists collected so far.</summary>
    public long VariableBytes { get; private set; }

    /// <summary>Creates the columns, without rows.</summary>
    /// <exception cref="ConnectorException">The type has no property, or one that has no Arrow column.</exception>
    public static ArrowRows<T> Create()
    {
        var properties = RowGetter.Of<T>();
        if (properties.Count == 0) throw ConnectorException.NoColumns(typeof(T));
        return new([.. properties.Select(static property => ArrowColumns.Create(typeof(T), property))]);
    }

    /// <summary>Adds a row.</summary>
    public void Add(T value)
    {
        var row = RowGetter.Box(value, ref _box);
        foreach (var column in _columns) VariableBytes += column.Add(row);
        Count++;
    }

    /// <summary>Returns the rows as a batch. Valid until <see cref="Clear"/>.</summary>
    public RecordBatch ToBatch() => new(Schema, _columns.Select(column => column.ToArray(Count)), Count);

    /// <summary>Removes all rows; their batch must not be used any more.</summary>
    public void Clear()
    {
        foreach (var column in _columns) column.Clear();
        Count = 0;
        VariableBytes = 0;
    }
}
