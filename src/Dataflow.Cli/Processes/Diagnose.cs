using System.Text.Json;

namespace Dataflow.Cli.Processes;

/// <summary>Says why jobs have no output, or little.</summary>
internal sealed class Diagnose : UrlCommand
{
    private readonly Argument<string?> _job;

    public Diagnose(Terminal terminal)
        : base(terminal, "diagnose", "Say why a running job has no output, or little. Exit code 3 where a job is not well.")
        => _job = AddJob();

    public override string Example => "dataflow pipelines diagnose orders --url http://127.0.0.1:6567";

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var jobs = await api.JobsAsync(asked.GetValue(_job), cancellationToken).ConfigureAwait(false);
        var findings = jobs.SelectMany(static job => job.GetProperty("findings").EnumerateArray().Select(finding => new Row(
            job.GetProperty("summary").GetProperty("id").GetString()!, Text(finding, "severity"), Text(finding, "kind"),
            Text(finding, "where"), Text(finding, "text")))).ToList();
        Show(asked, findings, Text);
        return findings.Exists(static finding => finding.Severity is "Problem" or "Attention") ? ExitCode.FoundWrong : ExitCode.Well;
    }

    private static string Text(List<Row> findings)
    {
        var table = new Table("job", "severity", "where", "finding");
        foreach (var found in findings) table.Add(found.Job, found.Severity, found.Where, found.Text);
        return table.ToString();
    }

    private static string Text(JsonElement finding, string member) => finding.GetProperty(member).GetString()!;

    private sealed record Row(string Job, string Severity, string Kind, string Where, string Text);
}
