namespace Dataflow.Cli.Processes;

/// <summary>A command on a running process.</summary>
internal abstract class UrlCommand : ToolCommand
{
    public const string DefaultUrl = "http://127.0.0.1:6567";

    private readonly AddressOptions _address;

    protected UrlCommand(Terminal terminal, string name, string description)
        : base(terminal, name, description)
        => _address = new(this, "The address of the process's dashboard.", DefaultUrl);

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancellationToken)
    {
        using var api = _address.Open(asked)!;
        return await RunAsync(api, asked, cancellationToken).ConfigureAwait(false);
    }

    protected abstract Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken);

    protected Argument<string?> AddJob()
    {
        var job = new Argument<string?>("JOB") { Description = "The pipeline's name. Default: each job.", Arity = ArgumentArity.ZeroOrOne };
        Arguments.Add(job);
        return job;
    }
}
