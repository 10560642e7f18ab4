using Dataflow.Log;

namespace Dataflow.Cli.Logs;

/// <summary>A command on the directory of a log.</summary>
internal abstract class LogCommand : ToolCommand
{
    private readonly Option<string> _directory = new("--log")
    {
        Description = "The log's directory, which no process has open.", HelpName = "DIR",
        DefaultValueFactory = static _ => new JobOptions().Directory,
    };

    protected LogCommand(Terminal terminal, string name, string description)
        : base(terminal, name, description) => Add(_directory);

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancellationToken)
    {
        using var log = Open(asked.GetRequiredValue(_directory));
        return await RunAsync(log, asked, cancellationToken).ConfigureAwait(false);
    }

    protected abstract Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken);

    /// <exception cref="ToolException">There is no log, or a process has it open.</exception>
    private static LogStore Open(string directory)
    {
        if (!Directory.Exists(Path.Combine(directory, "journal")))
            throw new ToolException($"Log '{directory}': there is no log in this directory. Give the directory of a log with --log.");
        try
        {
            return LogStore.Open(directory);
        }
        catch (LogLockedException locked)
        {
            throw new ToolException(
                $"{locked.Message} Or ask the process itself, if it has a dashboard, with --url ADDRESS.");
        }
    }
}
