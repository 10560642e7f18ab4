using System.Text.Json;
using Dataflow.Cli.Processes;

namespace Dataflow.Cli.Models;

/// <summary>Shows the account of models: what each step has called and saved.</summary>
internal sealed class ListModels : UrlCommand
{
    private readonly Argument<string?> _job;

    public ListModels(Terminal terminal)
        : base(terminal, "list", "Show the models that jobs call, with calls, texts, tokens and what recorded results have saved.")
        => _job = AddJob();

    public override string Example => "dataflow models list --url http://127.0.0.1:6567";

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var jobs = await api.JobsAsync(asked.GetValue(_job), cancellationToken).ConfigureAwait(false);
        var rows = jobs.SelectMany(static job => job.GetProperty("models").Deserialize<List<Row>>(JsonSerializerOptions.Web)!.Select(
            model => model with { Job = job.GetProperty("summary").GetProperty("id").GetString()! })).ToList();
        Show(asked, rows, Text);
        return ExitCode.Well;
    }

    private static string Text(List<Row> rows)
    {
        if (rows.Count == 0) return "No job calls a model.\n";
        var table = new Table("job", "step", "model", "calls", "texts", "tokens", "seconds", "texts saved", "tokens saved");
        foreach (var row in rows)
            table.Add(
                row.Job, row.Step, row.Model, row.Calls, row.Texts, row.Tokens, row.Seconds, row.TextsSaved, row.TokensSaved);
        return table.ToString();
    }

    private sealed record Row(
        string Job, string Step, string Model, long Calls, long Texts, long Tokens, double Seconds, long TextsSaved, long TokensSaved);
}
