namespace Dataflow.Cli.Processes;

/// <summary>Shows the plan of a running job.</summary>
internal sealed class ShowPlan : UrlCommand
{
    private readonly Argument<string> _job;

    public ShowPlan(Terminal terminal)
        : base(terminal, "plan", "Show the plan of a running job: stages, steps and exchanges.")
        => _job = AddArgument("JOB", "The pipeline's name.");

    public override string Example => "dataflow pipelines plan orders --url http://127.0.0.1:6567";

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var path = $"{AdminApi.PathOf(asked.GetRequiredValue(_job))}/plan";
        var plan = await api.GetAsync(path, cancellationToken).ConfigureAwait(false);
        Show(asked, plan, static plan => $"{PlainText.Of(plan.GetProperty("text").GetString()!).TrimEnd()}\n");
        return ExitCode.Well;
    }
}
