using System.Diagnostics;

namespace Dataflow.Cli.Tests;

/// <summary>The tool as a process of its own, at a terminal and beside one.</summary>
public sealed class TerminalTests(Sample sample)
{
    private static readonly string s_tool = Repository.ProgramOf("src/Dataflow.Cli");

    [Theory]
    [InlineData("", true)]
    [InlineData("NO_COLOR=1", false)]
    [InlineData("TERM=dumb", false)]
    public async Task Has_colors_at_a_terminal_that_wants_them(string setting, bool hasColors)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "There is no 'script' that makes a terminal.");

        var (code, output) = await ShellAsync(
            $"env -u NO_COLOR TERM=xterm {setting} script -qec 'dotnet {s_tool} verify --log {sample.Copy()}' /dev/null");

        Assert.Equal(ExitCode.Well, code);
        Assert.Contains("No damage", output, StringComparison.Ordinal);
        Assert.Equal(hasColors, output.Contains("\e[32m", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Has_no_escape_codes_where_output_is_redirected()
    {
        var (code, output) = await ShellAsync($"env -u NO_COLOR TERM=xterm dotnet {s_tool} verify --log {sample.Copy()}");

        Assert.Equal((ExitCode.Well, "No damage"), (code, output[..9]));
        Assert.DoesNotContain('\e', output);
    }

    [Theory]
    [InlineData("dataflow to", 1, "topics")]
    [InlineData("dataflow topics t", 2, "tail trim")]
    [InlineData("dataflow topics tail --gr", 3, "--grep")]
    public async Task Bash_completes_commands_and_options(string line, int word, string completed)
    {
        var (code, output) = await ShellAsync($$"""
            dataflow() { dotnet {{s_tool}} "$@"; }
            eval "$(dataflow completion bash)"
            COMP_LINE="{{line}}"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=({{line}}); COMP_CWORD={{word}}
            _dataflow
            echo "${COMPREPLY[@]}"
            """);

        Assert.Equal((0, completed), (code, output.Trim()));
    }

    private static async Task<(int Code, string Output)> ShellAsync(string command)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no bash.");
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command]) { RedirectStandardOutput = true })!;
        var output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (shell.ExitCode, output);
    }
}
