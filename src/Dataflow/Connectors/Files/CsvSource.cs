namespace Dataflow;

static partial class Source
{
    /// <summary>Reads a CSV file whose first line names the columns. The file is one split.</summary>
    /// <typeparam name="T">The type of a row; see the other overload.</typeparam>
    /// <param name="path">The file; one that ends in <c>.gz</c> is decompressed.</param>
    /// <param name="separator">The character between cells. Cells in double quotes may contain it, and line breaks.</param>
    /// <exception cref="ConnectorException"><typeparamref name="T"/> cannot be made from a row.</exception>
    public static Source<T> Csv<T>(string path, char separator = ',')
        => Csv<T>(path, new CsvOptions { Separator = separator });

    /// <summary>Reads a CSV file whose first line names the columns. The file is one split.</summary>
    /// <typeparam name="T">The type of a row: the parameters of its only public constructor and its other settable properties each take the
    /// column of their name, ignoring case and underscores. Texts, numbers, <c>bool</c>, dates and times (without an offset: UTC), enums by
    /// name and <c>Guid</c>. An empty cell is null where the member may be null; in quotes it is an empty text.</typeparam>
    /// <param name="path">The file; one that ends in <c>.gz</c> is decompressed.</param>
    /// <param name="options">The format of the file.</param>
    /// <exception cref="ConnectorException"><typeparamref name="T"/> cannot be made from a row.</exception>
    /// <example><code>
    /// pipeline.From(Source.Csv&lt;Order>(path, new CsvOptions { Separator = ';' }))
    ///     .To(Sink.Console&lt;Order>(order => $"{order.Customer}: {order.Pieces} of '{order.Item}'"));
    /// </code></example>
    public static Source<T> Csv<T>(string path, CsvOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        return new CsvSource<T>(path, options, RowShape<T>.Instance);
    }
}

internal sealed class CsvSource<T> : Source<T>
{
    private readonly string _path;
    private readonly CsvOptions _options;
    private readonly RowShape<T> _shape;

    public CsvSource(string path, CsvOptions options, RowShape<T> shape)
    {
        (_path, _options, _shape) = (path, options, shape);
        foreach (var member in shape.Members) CsvColumn.Create(typeof(T), member, options);
    }

    public override string Name => Path.GetFileName(_path);

    public override bool MayBeShared => true;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
    {
        using var rows = OpenRows(out var header);
        Match(header);
        return [new SplitDescription(Name)];
    }

    public override bool HasChanged(SourceSplit split) => InputFile.HasChanged(_path, split.Mark);

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
    {
        var rows = OpenRows(out var header);
        try
        {
            var reader = new CsvReader<T>(Name, split, rows, _shape, header, Match(header), _options);
            if (!reader.Skip(position)) throw ConnectorException.EndsBefore(_path, "rows", reader.Position, position);
            if (!reader.HasRead(split.Mark)) throw ConnectorException.Replaced(_path, "rows", position);
            return reader;
        }
        catch (ConnectorException) when (_options.WhenReplaced == ReplacedFile.ReadAnew && position > 0)
        {
            rows.Dispose();
            return Open(split with { Mark = default }, 0, context);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private CsvRows OpenRows(out string[] header)
    {
        var rows = new CsvRows(InputFile.OpenAsIs(_path), _path, _options);
        try
        {
            if (!rows.MoveNext(out var fault)) throw ConnectorException.NoHeader(_path);
            if (fault is not null) throw ConnectorException.NotReadable(_path, "separated values", new FormatException(fault));
            header = new string[rows.Current.ColCount];
            for (var i = 0; i < header.Length; i++) header[i] = rows.Cell(i).Text.ToString();
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private int[] Match(string[] header)
    {
        if (header is [var only] && only.IndexOfAny([';', '\t', '|', ',']) is >= 0 and var at && !_shape.Members.All(m => m.Fits(only)))
            throw ConnectorException.OtherSeparator(_path, _options.Separator, only[at]);
        return _shape.Match(_path, header);
    }
}
