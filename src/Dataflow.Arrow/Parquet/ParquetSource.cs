using Parquet;
using Parquet.Schema;

namespace Dataflow;

/// <summary>Reads Parquet files.</summary>
public static class ParquetSources
{
    extension(Source)
    {
        /// <summary>Reads the rows of a Parquet file. The file is one split; one row group at a time is in memory.</summary>
        /// <typeparam name="T">
        /// A row: the parameters of its only public constructor and its other settable properties each take the column of their
        /// name, whatever its case and underscores. Integers fit any integer type that has room for each value,
        /// <c>double</c> and <c>decimal</c>; timestamps fit <c>DateTime</c>, <c>DateTimeOffset</c> (both UTC) and <c>long</c>
        /// (milliseconds since the Unix epoch); texts fit <c>string</c> and enums.
        /// </typeparam>
        /// <param name="path">The file.</param>
        /// <exception cref="ConnectorException"><typeparamref name="T"/> cannot be made from a row.</exception>
        public static Source<T> Parquet<T>(string path)
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            return new ParquetSource<T>(path, RowShape<T>.Instance);
        }
    }
}

internal sealed class ParquetSource<T>(string path, RowShape<T> shape) : Source<T>
{
    public override string Name => Path.GetFileName(path);

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
    {
        using var file = Open();
        Columns(file);
        return [new SplitDescription(Name)];
    }

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
    {
        var file = Open();
        try
        {
            if (position > file.RowCount) throw ConnectorException.EndsBefore(path, "rows", file.RowCount, position);
            return new ParquetRows<T>(Name, split, file, shape, Columns(file), position);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private ParquetFile Open()
    {
        try
        {
            return new ParquetFile(InputFile.OpenAsIs(path));
        }
        catch (Exception error) when (error is IOException or ParquetException or InvalidDataException or OverflowException)
        {
            throw ConnectorException.NotReadable(path, "Parquet", error);
        }
    }

    private ParquetColumn[] Columns(ParquetFile file)
    {
        var fields = file.Fields;
        var found = shape.Match(path, [.. fields.Select(field => field.Name)]);
        return [.. shape.Members.Zip(found, (member, i) => Column(member, fields[i]))];
    }

    private ParquetColumn Column(RowMember member, Field field)
        => (field is DataField { IsArray: false } values ? ParquetColumn.Create(values, member) : null)
            ?? throw ConnectorException.WrongColumn(path, field.Name, ParquetColumn.NameOf(field), typeof(T), member);
}
