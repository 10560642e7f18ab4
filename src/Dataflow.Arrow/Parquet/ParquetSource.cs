using System.ComponentModel;
using ParquetSharp;

namespace Dataflow.Arrow;

/// <summary>The sources of Parquet, as extension members of <see cref="Source"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ArrowSources
{
    extension(Source)
    {
        /// <summary>Reads the rows of a Parquet file. The file is one split; about 4,000 rows at a time are in memory.</summary>
        /// <typeparam name="T">The type of a row: the parameters of its only public constructor and its other settable properties each take
        /// the column of their name, ignoring case and underscores. Integers fit any integer type that can hold each value, <c>double</c>
        /// and <c>decimal</c>; timestamps and dates fit <c>DateTime</c>, <c>DateTimeOffset</c> (both UTC) and <c>long</c> (milliseconds
        /// since the Unix epoch), dates <c>DateOnly</c> too; texts fit <c>string</c> and, as names, enums.</typeparam>
        /// <param name="path">The file.</param>
        /// <param name="whenReplaced">The reaction to a file that is another one than the job had read before its restart.</param>
        /// <exception cref="ConnectorException"><typeparamref name="T"/> cannot be made from a row.</exception>
        /// <example><code>
        /// pipeline.From(Source.Parquet&lt;TrainingRow>(flights)).To(s_rows);
        /// </code></example>
        public static Source<T> Parquet<T>(string path, ReplacedFile whenReplaced = ReplacedFile.Refuse)
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            return new ParquetSource<T>(path, RowShape<T>.Instance, whenReplaced);
        }
    }
}

internal sealed class ParquetSource<T>(string path, RowShape<T> shape, ReplacedFile whenReplaced) : Source<T>
{
    public override string Name => Path.GetFileName(path);

    public override bool MayBeShared => true;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
    {
        using var file = Open();
        Columns(file);
        return [new SplitDescription(Name)];
    }

    public override bool HasChanged(SourceSplit split)
        => !split.Mark.IsEmpty && !InputFile.MarkOf(path).Span.SequenceEqual(split.Mark.Span);

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
    {
        if (HasChanged(split) && position > 0)
            position = whenReplaced == ReplacedFile.ReadAnew ? 0 : throw ConnectorException.Replaced(path, "rows", position);
        var file = Open();
        try
        {
            if (position > file.RowCount) throw ConnectorException.EndsBefore(path, "rows", file.RowCount, position);
            return new ParquetRows<T>(Name, split, file, shape, Columns(file), position) { FileMark = InputFile.MarkOf(path) };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private ParquetFile Open()
    {
        InputFile.OpenAsIs(path).Dispose();
        try
        {
            return new ParquetFile(path);
        }
        catch (Exception error)
        {
            throw ConnectorException.NotReadable(path, "Parquet", error);
        }
    }

    private ParquetValues[] Columns(ParquetFile file)
    {
        var found = shape.Match(path, [.. file.Columns.Select(column => column.Name)]);
        return [.. shape.Members.Zip(found, (member, i) => Column(member, file.Columns[i]))];
    }

    private ParquetValues Column(RowMember member, (string Name, ColumnDescriptor? Column, int Index) found)
        => (found.Column is { } column ? ParquetColumn.Create(found.Name, found.Index, column, member) : null)
            ?? throw ArrowErrors.WrongColumn(path, found.Name, ParquetColumn.NameOf(found.Column), typeof(T), member);
}
