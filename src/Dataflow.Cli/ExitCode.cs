namespace Dataflow.Cli;

/// <summary>The exit codes, which scripts may rely on.</summary>
internal static class ExitCode
{
    public const int Well = 0;

    public const int Error = 1;

    public const int WrongUsage = 2;

    /// <summary>The command did its work and found something wrong: damage, or a job that is not well.</summary>
    public const int FoundWrong = 3;
}
