namespace Dataflow.Cli.Processes;

/// <summary>Asks a running job to end: <c>stop</c> or <c>drain</c>.</summary>
internal sealed class EndJob : UrlCommand
{
    private readonly Argument<string> _job;
    private readonly Option<string?> _actionToken = AddressOptions.ActionTokenOption();

    public EndJob(Terminal terminal, string action)
        : base(terminal, action, action == "stop"
            ? "Stop a running job with a checkpoint, from which its next start carries on."
            : "End a running job for good: it completes what it has read and closes all windows.")
    {
        _job = AddArgument("JOB", "The pipeline's name.");
        Add(_actionToken);
    }

    public override string Example => $"dataflow pipelines {Name} orders --url http://127.0.0.1:6567";

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var token = AddressOptions.ActionToken(asked.GetValue(_actionToken));
        var path = $"{AdminApi.PathOf(asked.GetRequiredValue(_job))}/{Name}";
        var answer = await api.SendAsync(HttpMethod.Post, path, token, cancellationToken).ConfigureAwait(false);
        Show(asked, answer, static answer => $"{PlainText.Of(answer.GetProperty("detail").GetString()!)}\n");
        return ExitCode.Well;
    }
}
