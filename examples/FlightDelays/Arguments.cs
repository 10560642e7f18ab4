namespace FlightDelays;

/// <summary>The command line.</summary>
/// <param name="TellsStory">Whether features are served, trained with and compared.</param>
/// <param name="Folder">The folder for all that is written.</param>
/// <param name="Kafka">A broker of Apache Kafka; null: the log is in the folder.</param>
/// <param name="ShowsDashboard">Whether the jobs are shown in a browser.</param>
internal sealed record Arguments(bool TellsStory, string Folder, string? Kafka, bool ShowsDashboard)
{
    public const string Usage = """
        Computes how late airports were, of half a million flights.

        usage: FlightDelays [story] [--data DIR] [--dashboard]
               FlightDelays --kafka HOST:PORT [--data DIR] [--dashboard]

          story              serves features, makes a training set, scores flights and compares
          --data DIR         folder for all that is written; below the system's temporary folder unless given
          --kafka HOST:PORT  runs on Apache Kafka, together with all processes that are started so
          --dashboard        shows the jobs in a browser, until Ctrl-C
        """;

    /// <summary>Null where the arguments are not as <see cref="Usage"/> says, or ask for it.</summary>
    public static Arguments? Of(ReadOnlySpan<string> args)
    {
        var folder = Path.Combine(Path.GetTempPath(), "dataflow-flight-delays");
        var tellsStory = args is ["story", ..];
        var showsDashboard = args is [.., "--dashboard"];
        return args[(tellsStory ? 1 : 0)..(showsDashboard ? ^1 : ^0)] switch
        {
            [] => new(tellsStory, folder, null, showsDashboard),
            ["--data", var given] when !given.StartsWith('-') => new(tellsStory, Path.GetFullPath(given), null, showsDashboard),
            ["--kafka", var broker, .. var more] when !broker.StartsWith('-') && !tellsStory => more switch
            {
                [] => new(false, folder, broker, showsDashboard),
                ["--data", var given] when !given.StartsWith('-') => new(false, Path.GetFullPath(given), broker, showsDashboard),
                _ => null,
            },
            _ => null,
        };
    }
}
