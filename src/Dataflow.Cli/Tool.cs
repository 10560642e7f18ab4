using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Dataflow.Cli.DeadLetters;
using Dataflow.Cli.Features;
using Dataflow.Cli.Groups;
using Dataflow.Cli.Logs;
using Dataflow.Cli.Lookups;
using Dataflow.Cli.Models;
using Dataflow.Cli.Pipelines;
using Dataflow.Cli.Processes;
using Dataflow.Cli.Topics;

namespace Dataflow.Cli;

/// <summary>The tool: its commands, and how one of them is run.</summary>
internal static class Tool
{
    /// <summary>Runs a command; returns the process's exit code.</summary>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var parsed = Root(terminal).Parse(arguments);
        var isWrong = parsed.Action is ParseErrorAction;
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false,
        };
        if (parsed.Action is ParseErrorAction wrong) wrong.ShowHelp = false;
        try
        {
            var code = await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
            return isWrong ? ExitCode.WrongUsage : code;
        }
        catch (Exception error) when (error is ToolException or DataflowException or OperationCanceledException)
        {
            terminal.Fail(error.Message);
            return ExitCode.Error;
        }
    }

    private static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand(
            "Look after the logs and jobs of Dataflow. Exit codes: 0 all is well, 1 an error, 2 wrong usage, 3 something is wrong with "
                + "what was looked at.")
        {
            new Command("topics", "The topics of a log.")
            {
                new ListTopics(terminal), new DescribeTopic(terminal), new TailTopic(terminal), new CountTopic(terminal),
                new TrimTopic(terminal), new CreateTopic(terminal), new ProduceTopic(terminal), new DeleteTopic(terminal),
            },
            new Command("groups", "The offsets that groups of readers have stored in a log.")
            {
                new ListGroups(terminal), new ResetGroup(terminal),
            },
            new Command("pipelines", "Pipelines: on a log that no process has open, or in a running process.")
            {
                new ListPipelines(terminal), new ListCheckpoints(terminal), new ForgetPipeline(terminal), new ShowStatus(terminal),
                new Diagnose(terminal), new ShowPlan(terminal), new EndJob(terminal, "drain"), new EndJob(terminal, "stop"),
            },
            new Command("deadletters", "The records that pipelines left out because code failed on them.")
            {
                new ListDeadLetters(terminal), new ShowDeadLetters(terminal), new ReplayDeadLetters(terminal),
            },
            new Command("lookups", "What the pipelines of a running process offer to look up: tables, features, indexes.")
            {
                new ListLookups(terminal), new DescribeLookup(terminal), new GetLookup(terminal),
            },
            new Command("features", "The definitions of feature views that jobs of a log have used.")
            {
                new ListFeatures(terminal), new DescribeFeatures(terminal), new DiffFeatures(terminal),
            },
            new Command("models", "The models that the jobs of a running process call.") { new ListModels(terminal) },
            new VerifyLog(terminal),
            new ShowCompletion(terminal),
        };
        root.HelpName = "dataflow";
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!, terminal.Width);
        return root;
    }
}
