using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Dataflow.Cli;

/// <summary>The help of a command, with its example at the end.</summary>
internal sealed class HelpWithExample : SynchronousCommandLineAction
{
    private readonly HelpAction _help;

    public HelpWithExample(HelpAction help, int width)
    {
        help.MaxWidth = width;
        _help = help;
    }

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = _help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is ToolCommand command) output.Write($"Example:\n  {command.Example}\n\n");
        return code;
    }
}
