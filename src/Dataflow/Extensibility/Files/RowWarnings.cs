namespace Dataflow.Extensibility;

/// <summary>The warnings of a build that trims, or compiles ahead of time.</summary>
internal static class RowWarnings
{
    public const string Trimmed =
        "Rows are read and written by reflection, and trimming removes members that it does not see used. Publish with "
        + "TrimMode=partial, or without PublishTrimmed.";

    public const string Aot =
        "Rows are read and written by code that is made while the program runs, which native AOT does not allow. Publish without "
        + "PublishAot.";
}
