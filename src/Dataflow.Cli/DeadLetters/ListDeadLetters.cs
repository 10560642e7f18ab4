using System.Runtime.InteropServices;
using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.DeadLetters;

/// <summary>Counts a pipeline's dead letters by step and reason.</summary>
internal sealed class ListDeadLetters : LogCommand
{
    private const int MostGroups = 1000;
    private const string Other = "(other reasons)";

    private readonly Argument<string> _pipeline;

    public ListDeadLetters(Terminal terminal)
        : base(terminal, "list", "Count a pipeline's dead letters by step and reason, the most frequent first.")
        => _pipeline = AddArgument("PIPELINE", "The pipeline's name.");

    public override string Example => "dataflow deadletters list orders --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var groups = new Dictionary<(string Step, string Reason), (long Count, KeptLetter Last)>();
        foreach (var found in LetterTopic.Read(log, asked.GetRequiredValue(_pipeline), Terminal, cancellationToken))
        {
            var key = (found.Letter.Step, found.Letter.Reason);
            if (groups.Count >= MostGroups && !groups.ContainsKey(key)) key.Reason = Other;
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, key, out _);
            group = (group.Count + 1, found);
        }

        Show(asked, groups.OrderByDescending(static group => group.Value.Count).Select(static group => new Row(
            group.Value.Count, group.Key.Step, group.Key.Reason, group.Value.Last.Letter.Time, group.Value.Last.Record)).ToList(), Text);
        return Task.FromResult(ExitCode.Well);
    }

    private static string Text(List<Row> rows)
    {
        var table = new Table("count", "step", "last record", "last time", "reason");
        foreach (var row in rows) table.Add(row.Count, row.Step, row.LastRecord, row.LastTime, row.Reason);
        return table.ToString();
    }

    private sealed record Row(long Count, string Step, string Reason, DateTimeOffset LastTime, string? LastRecord);
}
