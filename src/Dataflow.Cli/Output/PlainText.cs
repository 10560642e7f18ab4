using System.Text;

namespace Dataflow.Cli.Output;

/// <summary>Texts from records, names and errors, which a terminal must not take for its own commands.</summary>
internal static class PlainText
{
    /// <summary>Returns a text whose control characters are written as <c>\u001b</c>.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsCommand)) return text;
        var plain = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            if (IsCommand(letter)) plain.Append("\\u").Append(((int)letter).ToString("x4"));
            else plain.Append(letter);
        }

        return plain.ToString();
    }

    private static bool IsCommand(char letter) => char.IsControl(letter) && letter != '\n';
}
