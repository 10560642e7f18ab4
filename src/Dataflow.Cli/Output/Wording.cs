namespace Dataflow.Cli.Output;

/// <summary>Words that several commands have in common.</summary>
internal static class Wording
{
    public static Option<bool> DryRunOption() => new("--dry-run") { Description = "Only show what would change." };

    public static Option<int> MaxOption(string description)
    {
        var option = new Option<int>("--max") { Description = description, HelpName = "N", DefaultValueFactory = static _ => 20 };
        option.Validators.Add(static asked =>
        {
            if (asked.GetValueOrDefault<int>() < 1) asked.AddError("--max must be 1 or more.");
        });
        return option;
    }

    public static string Done(bool isDone) => isDone ? "Done.\n" : "Nothing has changed: this was a dry run.\n";
}
