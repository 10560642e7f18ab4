namespace Dataflow.Serialization;

/// <summary>The warnings of a build that trims or compiles to native code.</summary>
internal static class PublishWarnings
{
    public const string Trimmed =
        "Values are read and written field by field, and trimming removes the members that it does not see used. Publish with " +
        "TrimMode=partial, which keeps the program's own types whole, or without PublishTrimmed.";

    public const string Aot =
        "The code that reads and writes values is made while the program runs, which native AOT does not allow. Publish without " +
        "PublishAot.";
}
