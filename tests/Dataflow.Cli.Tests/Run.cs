using System.Text.Json;

namespace Dataflow.Cli.Tests;

/// <summary>A command of the tool, run in this process.</summary>
internal sealed record Run(int Code, string Out, string Error)
{
    public JsonElement Json => JsonElement.Parse(Out);

    /// <summary>Runs a command that must succeed.</summary>
    public static async Task<Run> WellAsync(params string[] arguments)
    {
        var run = await OfAsync(arguments);
        Assert.True(run.Code == ExitCode.Well, run.Error);
        return run;
    }

    public static Task<Run> OfAsync(params string[] arguments) => WithInputAsync("", arguments);

    /// <summary>Runs a command that reads an input.</summary>
    public static async Task<Run> WithInputAsync(string input, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(output, error) { In = new StringReader(input) };
        var code = await Tool.RunAsync(arguments, terminal, TestContext.Current.CancellationToken);
        return new(code, output.ToString(), error.ToString());
    }
}
