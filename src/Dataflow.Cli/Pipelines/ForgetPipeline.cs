using Dataflow.Cli.Logs;
using Dataflow.Cli.Processes;
using Dataflow.Log;

namespace Dataflow.Cli.Pipelines;

/// <summary>Deletes a pipeline's checkpoints and state.</summary>
internal sealed class ForgetPipeline : SharedCommand
{
    private readonly Argument<string> _pipeline;
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only show what would change; not with --url." };
    private readonly Option<string?> _actionToken = AddressOptions.ActionTokenOption();

    public ForgetPipeline(Terminal terminal)
        : base(terminal, "forget", "Delete a pipeline's checkpoints and state, so that its next start begins anew. Its output stays.")
    {
        _pipeline = AddArgument("PIPELINE", "The pipeline's name.");
        Add(_dryRun);
        Add(_actionToken);
    }

    public override string Example => "dataflow pipelines forget orders --dry-run --log data";

    protected override async Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var pipeline = log.FindPipeline(asked.GetRequiredValue(_pipeline));
        var last = log.LastCheckpoint(pipeline)?.Number;
        var isDone = !asked.GetValue(_dryRun);
        if (isDone) await new Pipeline(pipeline).ForgetAsync(new JobOptions { Log = log }, cancellationToken).ConfigureAwait(false);
        Show(asked, new { pipeline, checkpoint = last, isDone }, found => last is null
            ? $"Pipeline '{pipeline}' has no checkpoint.\n"
            : $"Pipeline '{pipeline}': deletes checkpoint {last} and the state with it.\n{Wording.Done(isDone)}");
        return ExitCode.Well;
    }

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        if (asked.GetValue(_dryRun)) throw new ToolException("A running process has no dry run. Leave out --dry-run.");
        var pipeline = asked.GetRequiredValue(_pipeline);
        var path = $"{AdminApi.PathOf(pipeline)}/forget?name={Uri.EscapeDataString(pipeline)}";
        var token = AddressOptions.ActionToken(asked.GetValue(_actionToken));
        var answer = await api.SendAsync(HttpMethod.Post, path, token, cancellationToken).ConfigureAwait(false);
        Show(asked, answer, static answer => $"{PlainText.Of(answer.GetProperty("detail").GetString()!)}\n");
        return ExitCode.Well;
    }
}
