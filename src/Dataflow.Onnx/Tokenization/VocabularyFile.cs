namespace Dataflow.Onnx.Tokenization;

/// <summary>Reads <c>vocab.txt</c>: one piece per line; the line's number, from 0, is the id. The later of two equals counts.</summary>
internal static class VocabularyFile
{
    private static readonly string[] s_specials = ["[CLS]", "[SEP]", "[UNK]", "[MASK]", "[PAD]"];

    /// <param name="path">The path of the file, for errors.</param>
    /// <param name="bytes">The content of the file.</param>
    public static Vocabulary Read(string path, byte[] bytes)
    {
        var starts = new Dictionary<string, int>(StringComparer.Ordinal);
        var continuations = new Dictionary<string, int>(StringComparer.Ordinal);
        var id = 0;
        using var lines = new StreamReader(new MemoryStream(bytes));
        while (lines.ReadLine() is { } line)
        {
            if (line.StartsWith("##", StringComparison.Ordinal)) continuations[line[2..]] = id++;
            else starts[line] = id++;
        }

        int Required(string token) =>
            starts.TryGetValue(token, out var found) ? found : throw ModelException.VocabularyLacks(path, token);

        return new Vocabulary(starts, continuations)
        {
            First = Required("[CLS]"),
            Last = Required("[SEP]"),
            Unknown = Required("[UNK]"),
            Padding = starts.GetValueOrDefault("[PAD]"),
            Specials = new(s_specials.Where(starts.ContainsKey).Select(token => new SpecialToken(token, starts[token]))),
        };
    }
}
