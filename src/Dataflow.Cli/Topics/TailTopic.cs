using System.Text.Json;
using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Shows records of a topic.</summary>
internal sealed class TailTopic : LogCommand
{
    private const int MostLetters = 2000;

    private readonly Argument<string> _topic;
    private readonly Option<Place> _from;
    private readonly Option<int> _max;
    private readonly Option<int?> _partition = RecordSearch.PartitionOption();
    private readonly Option<string?> _grep = RecordSearch.GrepOption();

    public TailTopic(Terminal terminal)
        : base(terminal, "tail", "Show records of a topic: their keys and values as JSON, or in hexadecimal. With --json one to a line.")
    {
        _topic = AddArgument("TOPIC", "The topic's name.");
        _from = Add(Place.Option("--from", "The first record; latest: the newest.", Place.Latest));
        _max = Add(Wording.MaxOption("At most so many records of each partition."));
        Add(_partition);
        Add(_grep);
    }

    public override string Example => "dataflow topics tail orders --from earliest --max 5 --grep Berlin --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var topic = log.Find(asked.GetRequiredValue(_topic));
        using var progress = new Progress(Terminal, "Records", topic.Records());
        var search = new RecordSearch(log, topic, asked.GetValue(_grep), progress, cancellationToken);
        var table = new Table("partition", "offset", "time", "key", "value");
        foreach (var partition in topic.Partitions(asked.GetValue(_partition)))
        {
            foreach (var found in search.Read(partition, asked.GetValue(_from), asked.GetValue(_max)))
            {
                if (IsJson(asked)) Terminal.Out.Write($"{Json.Line(found)}\n");
                else table.Add(found.Partition, found.Offset, found.Time, Text(found.Key), Text(found.Value));
            }
        }

        if (!IsJson(asked)) Terminal.Out.Write(table.ToString());
        return Task.FromResult(ExitCode.Well);
    }

    private static string? Text(JsonElement? json)
    {
        if (json is not { } found) return null;
        var text = found.ValueKind == JsonValueKind.Object && found.TryGetProperty("hex", out var hex)
            ? $"0x{hex} ({found.GetProperty("bytes")} bytes)" : Json.Line(found);
        return text.Length <= MostLetters ? text : $"{text.AsSpan(0, MostLetters)}…";
    }
}
