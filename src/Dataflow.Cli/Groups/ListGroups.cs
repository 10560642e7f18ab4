using System.Text.Json;
using Dataflow.Cli.Logs;
using Dataflow.Cli.Processes;
using Dataflow.Log;

namespace Dataflow.Cli.Groups;

/// <summary>Lists the offsets of groups, and how far they are behind.</summary>
internal sealed class ListGroups : SharedCommand
{
    private readonly Option<string?> _job;

    public ListGroups(Terminal terminal)
        : base(
            terminal, "list",
            "List the stored offsets of groups, and their lag. Those in which pipelines keep their checkpoints are left out.")
        => _job = AddJobOption();

    public override string Example => "dataflow groups list --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var offsets = log.GroupOffsets.Where(offset => !log.IsOfPipeline(offset.Group))
            .OrderBy(static offset => offset.Group, StringComparer.Ordinal).ThenBy(static offset => offset.Topic, StringComparer.Ordinal)
            .ThenBy(static offset => offset.Partition)
            .Where(offset => log.EndOf(offset) is not null)
            .Select(offset => new Row(offset.Group, offset.Topic, offset.Partition, offset.Offset, log.EndOf(offset)!.Value)).ToList();
        Show(asked, offsets, Text);
        return Task.FromResult(ExitCode.Well);
    }

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var job = await JobPathAsync(api, asked.GetValue(_job), cancellationToken).ConfigureAwait(false);
        var answer = await api.GetAsync($"{job}/groups", cancellationToken).ConfigureAwait(false);
        Show(asked, answer.GetProperty("groups").Deserialize<List<Row>>(JsonSerializerOptions.Web)!, Text);
        return ExitCode.Well;
    }

    private static string Text(List<Row> rows)
    {
        var table = new Table("group", "topic", "partition", "offset", "end", "lag");
        foreach (var row in rows) table.Add(row.Group, row.Topic, row.Partition, row.Offset, row.End, row.Lag);
        return table.ToString();
    }

    private sealed record Row(string Group, string Topic, int Partition, long Offset, long End)
    {
        public long Lag => End - Offset;
    }
}
