namespace Dataflow;

/// <summary>A cell of a row, without its quotes.</summary>
internal readonly ref struct CsvCell(ReadOnlySpan<char> text, bool isQuoted)
{
    public ReadOnlySpan<char> Text { get; } = text;

    /// <summary>Whether the cell was in quotes. An empty cell in quotes is an empty text, not a missing one.</summary>
    public bool IsQuoted { get; } = isQuoted;
}
