namespace Dataflow.Cli.Processes;

/// <summary>The options that say which process is asked.</summary>
internal sealed class AddressOptions
{
    private readonly Option<string?> _url;

    private readonly Option<string?> _token = new("--token")
    {
        Description = "The dashboard's token for reading, if it has one; else DATAFLOW_TOKEN of the environment.", HelpName = "TOKEN",
    };

    /// <param name="command">The command that gets the options.</param>
    /// <param name="description">The address's description.</param>
    /// <param name="byDefault">The address where none is given; null: none.</param>
    public AddressOptions(Command command, string description, string? byDefault)
    {
        _url = new("--url") { Description = description, HelpName = "ADDRESS" };
        if (byDefault is not null) _url.DefaultValueFactory = _ => byDefault;
        command.Options.Add(_url);
        command.Options.Add(_token);
    }

    /// <summary>Opens the admin API of the process; null where none is asked for.</summary>
    public AdminApi? Open(ParseResult asked)
        => asked.GetValue(_url) is { } url ? new AdminApi(url, SecretOf(asked.GetValue(_token), "DATAFLOW_TOKEN")) : null;

    public static Option<string?> ActionTokenOption() => new("--action-token")
    {
        Description = "The dashboard's token for actions; else DATAFLOW_ACTION_TOKEN of the environment.", HelpName = "TOKEN",
    };

    /// <summary>The token for actions, from the environment if the command line, which others may see, has none.</summary>
    public static string? ActionToken(string? given) => SecretOf(given, "DATAFLOW_ACTION_TOKEN");

    private static string? SecretOf(string? given, string variable)
        => given ?? (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } secret ? secret : null);
}
