namespace Dataflow.Cli.Processes;

/// <summary>A command on a running process.</summary>
internal abstract class UrlCommand : ToolCommand
{
    public const string DefaultUrl = "http://127.0.0.1:6567";

    private readonly Option<string> _url = new("--url")
    {
        Description = "The address of the process's dashboard.", HelpName = "ADDRESS", DefaultValueFactory = static _ => DefaultUrl,
    };

    private readonly Option<string?> _token = new("--token")
    {
        Description = "The dashboard's token for reading, if it has one; else DATAFLOW_TOKEN of the environment.", HelpName = "TOKEN",
    };

    protected UrlCommand(Terminal terminal, string name, string description)
        : base(terminal, name, description)
    {
        Add(_url);
        Add(_token);
    }

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancellationToken)
    {
        using var api = new AdminApi(asked.GetRequiredValue(_url), SecretOf(asked.GetValue(_token), "DATAFLOW_TOKEN"));
        return await RunAsync(api, asked, cancellationToken).ConfigureAwait(false);
    }

    protected abstract Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken);

    /// <summary>Takes a token from the environment if the command line, which others may see, has none.</summary>
    protected static string? SecretOf(string? given, string variable)
        => given ?? (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } secret ? secret : null);

    protected Argument<string?> AddJob()
    {
        var job = new Argument<string?>("JOB") { Description = "The pipeline's name. Default: each job.", Arity = ArgumentArity.ZeroOrOne };
        Arguments.Add(job);
        return job;
    }
}
