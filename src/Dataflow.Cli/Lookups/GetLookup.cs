using Dataflow.Cli.Processes;

namespace Dataflow.Cli.Lookups;

/// <summary>Looks something up: a row of a table, the features of an entity, the nearest rows of an index.</summary>
internal sealed class GetLookup : LookupCommand
{
    private readonly Argument<string> _name;
    private readonly Argument<string> _question;
    private readonly Option<DateTimeOffset?> _at = new("--at")
    {
        Description = "The time as of which features are wanted. Default: now.", HelpName = "TIME",
    };

    public GetLookup(Terminal terminal)
        : base(
            terminal, "get", "Look up a row of a table by its key, the features of an entity, or the rows of an index nearest to a text.")
    {
        _name = AddArgument("NAME", "The lookup's name.");
        _question = AddArgument("QUESTION", "The key, or the text; what is no text is written as JSON.");
        Add(_at);
    }

    public override string Example => "dataflow lookups get customers 4711 --url http://127.0.0.1:6567";

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var found = await FindAsync(api, asked.GetRequiredValue(_name), asked, cancellationToken).ConfigureAwait(false);
        var path = $"{AdminApi.PathOf(found.Job)}/lookups/{Uri.EscapeDataString(found.Name)}"
            + $"?question={Uri.EscapeDataString(asked.GetRequiredValue(_question))}"
            + (asked.GetValue(_at) is { } at ? $"&at={Uri.EscapeDataString(at.ToString("O"))}" : "");
        var answer = await api.GetAsync(path, cancellationToken).ConfigureAwait(false);
        Show(asked, answer, static answer =>
        {
            var table = new Table([.. answer.GetProperty("columns").EnumerateArray().Select(static column => column.GetString()!)]);
            foreach (var row in answer.GetProperty("rows").EnumerateArray())
                table.Add([.. row.EnumerateArray().Select(static cell => (object?)cell.GetString())]);
            return $"{PlainText.Of(answer.GetProperty("note").GetString()!)}\n\n{table}";
        });
        return answer.GetProperty("rows").GetArrayLength() > 0 ? ExitCode.Well : ExitCode.Error;
    }
}
