using Dataflow.Log;
using nietras.SeparatedValues;

namespace Dataflow;

/// <summary>Reads files of separated values.</summary>
public static class CsvSources
{
    extension(Source)
    {
        /// <summary>Reads a file of separated values whose first line names the columns. The file is one split.</summary>
        /// <typeparam name="T">
        /// A row: the parameters of its only public constructor and its other settable properties each take the column of their
        /// name, whatever its case and underscores. Texts, numbers, <c>bool</c>, dates and times (without an offset: UTC), enums
        /// and <c>Guid</c> by the invariant culture; an empty cell is null where the member may be null.
        /// </typeparam>
        /// <param name="path">The file; one that ends in <c>.gz</c> is decompressed.</param>
        /// <param name="separator">What stands between cells. Cells in double quotes may contain it, and line breaks.</param>
        /// <exception cref="ConnectorException"><typeparamref name="T"/> cannot be made from a row.</exception>
        public static Source<T> Csv<T>(string path, char separator = ',')
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            return new CsvSource<T>(path, separator, RowShape<T>.Instance);
        }
    }
}

internal sealed class CsvSource<T> : Source<T>
{
    private readonly string _path;
    private readonly char _separator;
    private readonly RowShape<T> _shape;

    public CsvSource(string path, char separator, RowShape<T> shape)
    {
        (_path, _separator, _shape) = (path, separator, shape);
        foreach (var member in shape.Members) CsvColumn.Create(typeof(T), member);
    }

    public override string Name => Path.GetFileName(_path);

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
    {
        using var rows = OpenRows(out var header);
        _shape.Match(_path, header);
        return [new SplitDescription(Name)];
    }

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
    {
        var rows = OpenRows(out var header);
        try
        {
            var reader = new CsvReader<T>(Name, split, rows, _shape, header, _shape.Match(_path, header));
            if (!reader.Skip(position)) throw ConnectorException.EndsBefore(_path, "rows", reader.Position, position);
            return reader;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private SepReader OpenRows(out string[] header)
    {
        var file = InputFile.Open(_path);
        try
        {
            var rows = Options().From(file);
            if (!rows.MoveNext()) throw ConnectorException.NoHeader(_path);
            header = new string[rows.Current.ColCount];
            for (var i = 0; i < header.Length; i++) header[i] = rows.Current[i].ToString();
            return rows;
        }
        catch (Exception error)
        {
            file.Dispose();
            if (error is not InvalidDataException) throw;
            throw ConnectorException.NotReadable(_path, "separated values", error);
        }
    }

    // Columns are counted and named here: the library's errors would quote the cells.
    private SepReaderOptions Options() => Sep.New(_separator).Reader(options => options with
    {
        HasHeader = false,
        Unescape = true,
        DisableColCountCheck = true,
        CreateToString = SepToString.PoolPerCol(),
    });
}
