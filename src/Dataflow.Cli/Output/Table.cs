using System.Globalization;
using System.Text;

namespace Dataflow.Cli.Output;

/// <summary>A table for people: a line of names, then rows. Numbers stand right.</summary>
internal sealed class Table(params string[] columns)
{
    private readonly List<string[]> _rows = [];
    private readonly bool[] _areNumbers = [.. columns.Select(static _ => true)];

    /// <summary>Adds a row of texts and numbers; a cell without value is shown as <c>-</c>.</summary>
    public Table Add(params ReadOnlySpan<object?> cells)
    {
        var row = new string[columns.Length];
        for (var index = 0; index < row.Length; index++)
        {
            _areNumbers[index] &= cells[index] is null or int or long or double;
            row[index] = Text(cells[index]);
        }

        _rows.Add(row);
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => Text(hasHead: true);

    /// <summary>The rows alone, below those of a table that was shown before.</summary>
    public string WithoutHead() => Text(hasHead: false);

    private string Text(bool hasHead)
    {
        var widths = columns.Select((name, index) => _rows.Select(row => row[index].Length).Append(name.Length).Max()).ToArray();
        var text = new StringBuilder();
        foreach (var row in hasHead ? _rows.Prepend([.. columns.Select(static name => name.ToUpperInvariant())]) : _rows)
        {
            var cells = row.Select((cell, index) => _areNumbers[index] ? cell.PadLeft(widths[index]) : cell.PadRight(widths[index]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    private static string Text(object? cell) => cell switch
    {
        null => "-",
        double number => number.ToString("0.#", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        IFormattable found => found.ToString(null, CultureInfo.InvariantCulture),
        _ => PlainText.Of(cell.ToString()!.ReplaceLineEndings(" ")),
    };
}
