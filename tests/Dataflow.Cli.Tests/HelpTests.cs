namespace Dataflow.Cli.Tests;

/// <summary>The help of the tool and of each command.</summary>
public sealed class HelpTests
{
    public static IReadOnlyList<string[]> Commands { get; } =
    [
        ["topics", "list"], ["topics", "describe"], ["topics", "tail"], ["topics", "count"], ["topics", "trim"], ["topics", "create"],
        ["topics", "produce"], ["topics", "delete"], ["groups", "list"],
        ["groups", "reset"], ["pipelines", "list"], ["pipelines", "checkpoints"], ["pipelines", "forget"], ["pipelines", "status"],
        ["pipelines", "diagnose"], ["pipelines", "plan"], ["pipelines", "drain"], ["pipelines", "stop"], ["deadletters", "list"],
        ["deadletters", "show"], ["deadletters", "replay"], ["lookups", "list"], ["lookups", "describe"], ["lookups", "get"],
        ["features", "list"], ["features", "describe"], ["features", "diff"], ["models", "list"], ["verify"],
    ];

    [Fact]
    public async Task Is_the_approved_one()
    {
        var help = new List<string>();
        string[][] groups = [["topics"], ["groups"], ["pipelines"], ["deadletters"], ["lookups"], ["features"], ["models"]];
        string[][] shown = [[], .. groups, .. Commands, ["completion"]];
        foreach (var command in shown)
        {
            string[] arguments = [.. command, "--help"];
            help.Add($"$ dataflow {string.Join(' ', arguments)}\n{(await Run.WellAsync(arguments)).Out}");
        }

        Approval.Check("help", string.Concat(help), "no folder");
    }

    [Fact]
    public async Task Names_every_command_and_gives_each_an_example_that_is_understood()
    {
        foreach (var command in Commands)
        {
            var help = (await Run.WellAsync([.. command, "--help"])).Out;
            var example = help.Split("Example:\n")[1].Trim().Split(' ');
            Assert.Equal(["dataflow", .. command], example.Take(command.Length + 1));
            Assert.Equal(ExitCode.Well, (await Run.OfAsync([.. example.Skip(1), "--help"])).Code);
            var nowhere = example.Skip(1).Select(static word => word.Replace(":6567", ":1", StringComparison.Ordinal));
            var tried = await Run.OfAsync([.. nowhere]);
            Assert.Equal(ExitCode.Error, tried.Code); // there is no such log or process, but it is no wrong usage
        }
    }

    [Theory]
    [InlineData("topics", "tail", "--from", "yesterday")]
    [InlineData("topics", "tail", "orders", "--max", "0")]
    [InlineData("topics", "trim", "orders")]
    [InlineData("topics", "unknown")]
    [InlineData("verify", "--fix")]
    public async Task Wrong_usage_has_its_own_exit_code_and_says_what_is_wrong(params string[] arguments)
    {
        var run = await Run.OfAsync(arguments);

        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.NotEmpty(run.Error.Trim());
    }
}
