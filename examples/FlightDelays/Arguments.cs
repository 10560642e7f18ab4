namespace FlightDelays;

/// <summary>The command line: <c>[story] [--data DIR]</c>.</summary>
internal sealed record Arguments(bool TellsStory, string Folder)
{
    public const string Usage = """
        Computes how late airports were, of half a million flights.

        usage: FlightDelays [story] [--data DIR]

          story        serves features, makes a training set, scores flights and compares
          --data DIR   folder for all that is written; below the system's temporary folder unless given
        """;

    /// <summary>Null where the arguments are not as <see cref="Usage"/> says, or ask for it.</summary>
    public static Arguments? Of(ReadOnlySpan<string> args)
    {
        var tellsStory = args is ["story", ..];
        return args[(tellsStory ? 1 : 0)..] switch
        {
            [] => new(tellsStory, Path.Combine(Path.GetTempPath(), "dataflow-flight-delays")),
            ["--data", var folder] when !folder.StartsWith('-') => new(tellsStory, Path.GetFullPath(folder)),
            _ => null,
        };
    }
}
