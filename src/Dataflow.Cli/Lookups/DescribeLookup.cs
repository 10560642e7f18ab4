using System.Text.Json;
using Dataflow.Cli.Processes;

namespace Dataflow.Cli.Lookups;

/// <summary>Shows the definitions of a lookup, with missing values, drift and freshness.</summary>
internal sealed class DescribeLookup : LookupCommand
{
    private readonly Argument<string> _name;

    public DescribeLookup(Terminal terminal)
        : base(terminal, "describe", "Show the definitions of a lookup, with missing values, drift and freshness of its last sample.")
        => _name = AddArgument("NAME", "The lookup's name.");

    public override string Example => "dataflow lookups describe spending --url http://127.0.0.1:6567";

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var found = await FindAsync(api, asked.GetRequiredValue(_name), asked, cancellationToken).ConfigureAwait(false);
        Show(asked, found.View, _ => Text(found));
        return ExitCode.Well;
    }

    private static string Text(FoundLookup found)
    {
        var table = new Table("name", "type", "definition", "missing", "drift", "meaning");
        foreach (var field in found.Fields.EnumerateArray())
            table.Add(
                field.GetProperty("name"), field.GetProperty("type"), field.GetProperty("definition"),
                Last(field, "missing") is { } share ? 100 * share : null, Last(field, "psi"),
                field.GetProperty("description"));
        var head = $"'{found.Name}' of job '{found.Job}', asked by {found.Asks}\n";
        return found.Fields.GetArrayLength() == 0 ? head : $"{head}Missing in percent; drift as population stability index.\n\n{table}";
    }

    private static double? Last(JsonElement field, string value)
    {
        var samples = field.GetProperty("samples");
        if (samples.GetArrayLength() == 0) return null;
        var last = samples[samples.GetArrayLength() - 1].GetProperty(value);
        return last.ValueKind == JsonValueKind.Null ? null : last.GetDouble();
    }
}
