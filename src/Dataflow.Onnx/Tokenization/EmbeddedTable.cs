using System.Globalization;

namespace Dataflow.Onnx.Tokenization;

/// <summary>Reads the tables of code points that are embedded in this assembly.</summary>
internal static class EmbeddedTable
{
    /// <summary>Returns the lines of a table, without its comments, split into fields.</summary>
    public static IEnumerable<string[]> Rows(string table)
    {
        using var reader = new StreamReader(typeof(EmbeddedTable).Assembly.GetManifestResourceStream(table)!);
        while (reader.ReadLine() is { } line)
            if (!line.StartsWith('#')) yield return line.Split(' ');
    }

    public static int Hex(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
