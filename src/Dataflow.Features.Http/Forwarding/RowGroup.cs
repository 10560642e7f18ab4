namespace Dataflow.Features.Http;

/// <summary>The rows of a request that one process can answer.</summary>
/// <param name="Address">The process's address; null: this one.</param>
/// <param name="Rows">The rows' places in the request.</param>
internal sealed record RowGroup(Uri? Address, IReadOnlyList<int> Rows)
{
    /// <summary>Divides the rows of a request.</summary>
    /// <param name="elsewhere">For each row the news that another process has it; null: this one has.</param>
    /// <exception cref="KeyElsewhereException">A process cannot be asked.</exception>
    public static IReadOnlyList<RowGroup> Of(IReadOnlyList<KeyElsewhereException?> elsewhere)
    {
        if (elsewhere.FirstOrDefault(static row => row is not null && !Forwarder.MayAsk(row.Address)) is { } unknown) throw unknown;
        return
        [
            .. elsewhere.Select(static (row, index) => (row?.Address, Index: index)).GroupBy(static row => row.Address)
                .Select(static rows => new RowGroup(rows.Key, [.. rows.Select(static row => row.Index)])),
        ];
    }
}
