using Dataflow.Cli.Processes;

namespace Dataflow.Cli.Logs;

/// <summary>A command on a log: on its directory, or through the process that has it open.</summary>
internal abstract class SharedCommand : LogCommand
{
    private readonly AddressOptions _address;

    protected SharedCommand(Terminal terminal, string name, string description)
        : base(terminal, name, description)
        => _address = new(this, "The address of the dashboard of the process that has the log open, in place of --log.", byDefault: null);

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancellationToken)
    {
        using var api = _address.Open(asked);
        var run = api is null ? base.RunAsync(asked, cancellationToken) : RunAsync(api, asked, cancellationToken);
        return await run.ConfigureAwait(false);
    }

    protected abstract Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken);

    protected Option<string?> AddJobOption() => Add(new Option<string?>("--job")
    {
        Description = "With --url: a pipeline whose job has the log. Default: the first of the process.", HelpName = "JOB",
    });

    /// <summary>The path of the job that was asked for, or of the first one.</summary>
    /// <exception cref="ToolException">The process runs no job.</exception>
    protected static async Task<string> JobPathAsync(AdminApi api, string? job, CancellationToken cancellationToken)
    {
        if (job is not null) return AdminApi.PathOf(job);
        var jobs = (await api.GetAsync("jobs", cancellationToken).ConfigureAwait(false)).GetProperty("jobs");
        return jobs.GetArrayLength() > 0
            ? AdminApi.PathOf(jobs[0].GetProperty("id").GetString()!) : throw new ToolException("The process runs no job.");
    }
}
