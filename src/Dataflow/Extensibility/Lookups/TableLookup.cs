namespace Dataflow.Operations;

/// <summary>Looks up rows of a table.</summary>
internal sealed class TableLookup<TKey, TRow>(string name, Table<TKey, TRow> table) : Lookup(name)
    where TKey : notnull
{
    public override string Asks => $"key ({TypeNames.Of(typeof(TKey))})";

    public override async Task<LookupAnswer> AskAsync(
        Job job, string question, DateTimeOffset? at = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        var key = LookupText.Read<TKey>(question);
        var found = await job.Read(table).GetAsync(key, cancellationToken).ConfigureAwait(false);
        return found.Exists
            ? new($"The row includes checkpoint {found.Checkpoint} and perhaps later records.", ["member", "value"],
                LookupText.Members(found.Row))
            : new("There is no row of that key.", ["member", "value"], []);
    }
}
