using Dataflow.Log;

namespace Dataflow.Cli.Logs;

/// <summary>Reads all of a log, and reports damage.</summary>
internal sealed class VerifyLog(Terminal terminal)
    : LogCommand(terminal, "verify", "Read every batch of every partition of a log, and report damage: exit code 3.")
{
    public override string Example => "dataflow verify --log data";

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancellationToken)
    {
        try
        {
            return await base.RunAsync(asked, cancellationToken).ConfigureAwait(false);
        }
        catch (CorruptLogException damage)
        {
            return Report(asked, new(0, 0, 0, [], [Damage.Of(damage)])); // it does not even open
        }
    }

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var verification = new Verification(log.Recovery.Cuts);
        using (var progress = new Progress(Terminal, "Records", log.Topics.Sum(static topic => topic.Records())))
        {
            foreach (var topic in log.Topics.OrderBy(static topic => topic.Name, StringComparer.Ordinal))
            {
                foreach (var partition in topic.Partitions(null)) verification.Verify(log, topic, partition, progress, cancellationToken);
            }
        }

        return Task.FromResult(Report(asked, verification.Report()));
    }

    private int Report(ParseResult asked, VerificationReport report)
    {
        Show(asked, report, Text);
        return report.Damages.Count == 0 ? ExitCode.Well : ExitCode.FoundWrong;
    }

    private string Text(VerificationReport report)
    {
        var lines = report.Damages.Select(damage => Terminal.Colored(PlainText.Of(damage.Text), Color.Red))
            .Concat(report.Cuts.Select(cut => $"Cut when the log was opened, as after any kill: {PlainText.Of(cut)}"))
            .Append(report.Damages.Count == 0
                ? Terminal.Colored($"No damage: {report.Records} records in {report.Partitions} partitions.", Color.Green)
                : $"{report.Damages.Count} damaged places; {report.Records} records in {report.Partitions} partitions can be read.");
        return string.Concat(lines.Select(static line => $"{line}\n"));
    }
}
