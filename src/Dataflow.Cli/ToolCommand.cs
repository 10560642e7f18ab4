namespace Dataflow.Cli;

/// <summary>A command of the tool: what it shows, it shows as text for people or as JSON for programs.</summary>
internal abstract class ToolCommand : Command
{
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON, for programs." };

    protected ToolCommand(Terminal terminal, string name, string description)
        : base(name, description)
    {
        Terminal = terminal;
        Options.Add(_json);
        SetAction(RunAsync);
    }

    /// <summary>A command line to learn from.</summary>
    public abstract string Example { get; }

    protected Terminal Terminal { get; }

    protected abstract Task<int> RunAsync(ParseResult asked, CancellationToken cancellationToken);

    protected bool IsJson(ParseResult asked) => asked.GetValue(_json);

    /// <summary>Prints a result in the form that was asked for.</summary>
    protected void Show<T>(ParseResult asked, T result, Func<T, string> text)
        => Terminal.Out.Write(IsJson(asked) ? $"{Json.Document(result)}\n" : text(result));

    protected T Add<T>(T option)
        where T : Option
    {
        Options.Add(option);
        return option;
    }

    protected Argument<string> AddArgument(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        Arguments.Add(argument);
        return argument;
    }
}
