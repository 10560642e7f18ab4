using System.Text.Json;
using Dataflow.Cli.Processes;

namespace Dataflow.Cli.Lookups;

/// <summary>A command on what the pipelines of a process offer to look up: tables, features, indexes.</summary>
internal abstract class LookupCommand : UrlCommand
{
    private readonly Option<string?> _job = new("--job")
    {
        Description = "The pipeline that offers it. Default: the first that has one of the name.", HelpName = "JOB",
    };

    protected LookupCommand(Terminal terminal, string name, string description)
        : base(terminal, name, description) => Add(_job);

    /// <summary>Finds the lookups of the job that was asked for, or of all.</summary>
    protected async Task<IReadOnlyList<FoundLookup>> AllAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var found = new List<FoundLookup>();
        foreach (var status in await api.JobsAsync(asked.GetValue(_job), cancellationToken).ConfigureAwait(false))
        {
            var job = status.GetProperty("summary").GetProperty("id").GetString()!;
            var list = await api.GetAsync($"{AdminApi.PathOf(job)}/lookups", cancellationToken).ConfigureAwait(false);
            found.AddRange(list.GetProperty("lookups").EnumerateArray().Select(lookup => new FoundLookup(job, lookup)));
        }

        return found;
    }

    /// <exception cref="ToolException">No pipeline offers it.</exception>
    protected async Task<FoundLookup> FindAsync(AdminApi api, string name, ParseResult asked, CancellationToken cancellationToken)
        => (await AllAsync(api, asked, cancellationToken).ConfigureAwait(false)).FirstOrDefault(lookup => lookup.Name == name)
            ?? throw new ToolException($"Lookup '{name}': no pipeline offers it. 'dataflow lookups list' shows those that there are.");
}

/// <summary>Something that a pipeline offers to look up, as the API describes it.</summary>
internal sealed record FoundLookup(string Job, JsonElement View)
{
    public string Name => View.GetProperty("name").GetString()!;

    public string Asks => View.GetProperty("asks").GetString()!;

    public JsonElement Fields => View.GetProperty("fields");
}
