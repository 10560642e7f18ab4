namespace Dataflow.Cli;

/// <summary>Prints the script with which a shell completes the tool's commands and options.</summary>
internal sealed class ShowCompletion : Command
{
    private const string Bash = """
        _dataflow() {
          local candidates
          read -d '' -ra candidates < <(dataflow "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
          read -d '' -ra COMPREPLY < <(compgen -W "${candidates[*]:-}" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -F _dataflow dataflow

        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName dataflow -ScriptBlock {
          param($word, $command, $position)
          dataflow "[suggest:$position]" "$command" | Where-Object { $_ -like "$word*" } | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }

        """;

    public ShowCompletion(Terminal terminal)
        : base("completion", "Print the script with which a shell completes commands and options: eval \"$(dataflow completion bash)\".")
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell." };
        shell.AcceptOnlyFromAmong("bash", "powershell");
        Arguments.Add(shell);
        SetAction(asked => terminal.Out.Write(asked.GetRequiredValue(shell) == "bash" ? Bash : PowerShell));
    }
}
