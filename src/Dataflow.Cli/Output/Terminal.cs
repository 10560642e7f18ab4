namespace Dataflow.Cli.Output;

/// <summary>The place where the tool writes to, and what that place can do.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Errors and progress.</param>
/// <param name="Width">The characters of a line of help.</param>
/// <param name="HasColors">Whether results may have escape codes.</param>
/// <param name="ShowsProgress">Whether somebody looks at <paramref name="Error"/>.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, int Width = 100, bool HasColors = false, bool ShowsProgress = false)
{
    /// <summary>The input.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>The terminal of this process: without escape codes where output is redirected or <c>NO_COLOR</c> is set.</summary>
    public static Terminal OfProcess()
    {
        var isPlain = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
            || Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new(Console.Out, Console.Error)
        {
            In = Console.In, HasColors = !Console.IsOutputRedirected && !isPlain, ShowsProgress = !Console.IsErrorRedirected && !isPlain,
        };
    }

    public void Fail(string message) => Error.Write($"{PlainText.Of(message)}\n");

    /// <summary>Returns a text in a color, if there are colors.</summary>
    public string Colored(string text, Color color) => HasColors ? $"\e[{(int)color}m{text}\e[0m" : text;

    /// <summary>Begins a page anew, in place where that can be.</summary>
    public string NewPage => HasColors ? "\e[H\e[2J" : "";
}

/// <summary>The colors, by their codes.</summary>
internal enum Color
{
    Red = 31,
    Green = 32,
    Yellow = 33,
}
