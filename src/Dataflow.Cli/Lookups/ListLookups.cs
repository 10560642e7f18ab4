using Dataflow.Cli.Processes;

namespace Dataflow.Cli.Lookups;

/// <summary>Lists what the pipelines of a process offer to look up.</summary>
internal sealed class ListLookups(Terminal terminal)
    : LookupCommand(terminal, "list", "List the tables, features and indexes that the pipelines of a process offer.")
{
    public override string Example => "dataflow lookups list --url http://127.0.0.1:6567";

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var found = await AllAsync(api, asked, cancellationToken).ConfigureAwait(false);
        var rows = found.Select(static lookup => new Row(lookup.Job, lookup.Name, lookup.Asks, lookup.Fields.GetArrayLength())).ToList();
        Show(asked, rows, Text);
        return ExitCode.Well;
    }

    private static string Text(List<Row> rows)
    {
        var table = new Table("job", "name", "is asked by", "features");
        foreach (var row in rows) table.Add(row.Job, row.Name, row.Asks, row.Features);
        return table.ToString();
    }

    private sealed record Row(string Job, string Name, string Asks, int Features);
}
