using Dataflow.Features;

namespace Dataflow.Cli.Features;

/// <summary>Lists the registered feature views.</summary>
internal sealed class ListFeatures(Terminal terminal)
    : RegistryCommand(terminal, "list", "List the feature views that jobs of a log have used, by version.")
{
    public override string Example => "dataflow features list --log data";

    protected override int Run(IReadOnlyList<ViewDefinition> views, ParseResult asked)
    {
        Show(asked, views.Select(static view => new Row(
            view.Name, view.Version, view.Entity, view.Features.Count, view.Owner, view.Description)).ToList(), Text);
        return ExitCode.Well;
    }

    private static string Text(List<Row> rows)
    {
        var table = new Table("view", "version", "keys", "features", "owner", "description");
        foreach (var row in rows) table.Add(row.View, row.Version, row.Keys, row.Features, row.Owner, row.Description);
        return table.ToString();
    }

    private sealed record Row(string View, int Version, string Keys, int Features, string Owner, string Description);
}
