using System.Text;

namespace Dataflow.Perf.Nexmark;

/// <summary>A row of a result, or one that is taken back.</summary>
/// <param name="Text">Its columns, joined by '|'.</param>
/// <param name="Weight">1: the row is there; −1: it is taken back.</param>
public sealed record RowChange(string Text, int Weight)
{
    /// <summary>Makes the rows of a value.</summary>
    /// <param name="value">A value that a query gives.</param>
    /// <param name="write">Writes its rows.</param>
    internal static IReadOnlyList<RowChange> Of<T>(T value, Action<T, RowSum> write)
    {
        var rows = new List<RowChange>();
        write(value, new RowSum { Ended = (text, weight) => rows.Add(new(Encoding.ASCII.GetString(text), weight)) });
        return rows;
    }

    /// <summary>Counts rows and sums up their checksums.</summary>
    internal static RowSum SumOf(IEnumerable<RowChange> rows)
    {
        var sum = new RowSum();
        foreach (var row in rows) sum.Add(row.Text).End(row.Weight);
        return sum;
    }
}
