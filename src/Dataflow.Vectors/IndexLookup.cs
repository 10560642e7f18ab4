using System.Globalization;

namespace Dataflow.Vectors;

/// <summary>Looks up the nearest rows of an index.</summary>
internal sealed class IndexLookup<TKey, TRow>(string name, VectorIndex<TKey, TRow> index, Func<string, float[]> embed, int count)
    : Lookup(name)
    where TKey : notnull
{
    public override string Asks => "text";

    public override Task<LookupAnswer> AskAsync(
        Job job, string question, DateTimeOffset? at = null, CancellationToken cancellationToken = default)
        => Task.FromResult(new LookupAnswer(
            string.Create(CultureInfo.InvariantCulture, $"Of {index.Count} vectors ({index}), the nearest first."),
            ["similarity", "key", "row"],
            [.. index.Search(embed(question), count).Select(static found => (IReadOnlyList<string>)
                [found.Similarity.ToString("0.000", CultureInfo.InvariantCulture), LookupText.Of(found.Key), LookupText.Of(found.Row)])]));
}
