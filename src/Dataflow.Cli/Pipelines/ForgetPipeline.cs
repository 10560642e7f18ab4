using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.Pipelines;

/// <summary>Deletes a pipeline's checkpoints and state.</summary>
internal sealed class ForgetPipeline : LogCommand
{
    private readonly Argument<string> _pipeline;
    private readonly Option<bool> _dryRun = Wording.DryRunOption();

    public ForgetPipeline(Terminal terminal)
        : base(terminal, "forget", "Delete a pipeline's checkpoints and state, so that its next start begins anew. Its output stays.")
    {
        _pipeline = AddArgument("PIPELINE", "The pipeline's name.");
        Add(_dryRun);
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
}
