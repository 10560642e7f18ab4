using Dataflow.Cli.Logs;
using Dataflow.Cli.Processes;
using Dataflow.Log;

namespace Dataflow.Cli.DeadLetters;

/// <summary>Writes the records of dead letters into their topics again.</summary>
internal sealed class ReplayDeadLetters : SharedCommand
{
    private readonly Argument<string> _pipeline;
    private readonly Option<string?> _step = new("--step") { Description = "Only those of this step; not with --url.", HelpName = "STEP" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only show what would change; not with --url." };
    private readonly Option<string?> _actionToken = AddressOptions.ActionTokenOption();

    public ReplayDeadLetters(Terminal terminal)
        : base(
            terminal, "replay",
            "Write the records of a pipeline's dead letters to the end of their topics again, each once. Every reader of the topics gets "
                + "them a second time.")
    {
        _pipeline = AddArgument("PIPELINE", "The pipeline's name.");
        Add(_step);
        Add(_dryRun);
        Add(_actionToken);
    }

    public override string Example => "dataflow deadletters replay orders --step parse --dry-run --log data";

    protected override async Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var (step, isDryRun) = (asked.GetValue(_step), asked.GetValue(_dryRun));
        var letters = new DeadLetterStore(log, log.FindPipeline(asked.GetRequiredValue(_pipeline)));
        var done = await letters.ReplayAsync(letter => step is null || letter.Step == step, isDryRun, cancellationToken)
            .ConfigureAwait(false);
        Show(asked, new { isDone = !isDryRun, done.Written, done.Before, done.Gone, done.Elsewhere },
            found => $"{Text(found.Written, found.Before, found.Gone, found.Elsewhere)}{Wording.Done(found.isDone)}");
        return ExitCode.Well;
    }

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        if (asked.GetValue(_step) is not null || asked.GetValue(_dryRun))
            throw new ToolException("A running process replays all letters. Leave out --step and --dry-run, or use its page.");
        var path = $"{AdminApi.PathOf(asked.GetRequiredValue(_pipeline))}/dead-letters/replay";
        var token = AddressOptions.ActionToken(asked.GetValue(_actionToken));
        var answer = await api.SendAsync(HttpMethod.Post, path, token, cancellationToken).ConfigureAwait(false);
        Show(asked, answer, found => Text(Number("written"), Number("before"), Number("gone"), Number("elsewhere")));
        return ExitCode.Well;

        long Number(string name) => answer.GetProperty(name).GetInt64();
    }

    private static string Text(long written, long before, long gone, long elsewhere)
    {
        var table = new Table("written again", "replayed before", "gone", "not of a topic");
        table.Add(written, before, gone, elsewhere);
        return table.ToString();
    }
}
