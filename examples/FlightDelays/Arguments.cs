namespace FlightDelays;

/// <summary>The command line.</summary>
/// <param name="TellsStory">Whether features are served, trained with and compared.</param>
/// <param name="Folder">The folder for all that is written.</param>
/// <param name="Kafka">A broker of Apache Kafka; null: the log is in the folder.</param>
internal sealed record Arguments(bool TellsStory, string Folder, string? Kafka)
{
    public const string Usage = """
        Computes how late airports were, of half a million flights.

        usage: FlightDelays [story] [--data DIR]
               FlightDelays --kafka HOST:PORT

          story              serves features, makes a training set, scores flights and compares
          --data DIR         folder for all that is written; below the system's temporary folder unless given
          --kafka HOST:PORT  runs on Apache Kafka, together with all processes that are started so
        """;

    /// <summary>Null where the arguments are not as <see cref="Usage"/> says, or ask for it.</summary>
    public static Arguments? Of(ReadOnlySpan<string> args)
    {
        var folder = Path.Combine(Path.GetTempPath(), "dataflow-flight-delays");
        if (args is ["--kafka", var broker] && !broker.StartsWith('-')) return new(false, folder, broker);
        var tellsStory = args is ["story", ..];
        return args[(tellsStory ? 1 : 0)..] switch
        {
            [] => new(tellsStory, folder, null),
            ["--data", var given] when !given.StartsWith('-') => new(tellsStory, Path.GetFullPath(given), null),
            _ => null,
        };
    }
}
