using System.Text.Json;
using Dataflow.Cli.Logs;
using Dataflow.Cli.Processes;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Shows records of a topic.</summary>
internal sealed class TailTopic : SharedCommand
{
    private const int MostLetters = 2000;

    private readonly Argument<string> _topic;
    private readonly Option<Place> _from;
    private readonly Option<int> _max;
    private readonly Option<int?> _partition = RecordSearch.PartitionOption();
    private readonly Option<string?> _grep = RecordSearch.GrepOption();
    private readonly Option<string?> _job;
    private readonly Option<bool> _follow = new("--follow", "-f")
    {
        Description = "With --url: show also those that come, each second, until Ctrl-C; one to a line.",
    };

    public TailTopic(Terminal terminal)
        : base(terminal, "tail", "Show records of a topic: their keys and values as JSON, or in hexadecimal. With --json one to a line.")
    {
        _topic = AddArgument("TOPIC", "The topic's name.");
        _from = Add(Place.Option("--from", "The first record; latest: the newest.", Place.Latest));
        _max = Add(Wording.MaxOption("At most so many records of each partition."));
        Add(_partition);
        Add(_grep);
        _job = AddJobOption();
        Add(_follow);
    }

    public override string Example => "dataflow topics tail orders --from earliest --max 5 --grep Berlin --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        if (asked.GetValue(_follow))
            throw new ToolException("Nobody writes to a log that no process has open. Give --follow together with --url.");
        var topic = log.Find(asked.GetRequiredValue(_topic));
        using var progress = new Progress(Terminal, "Records", topic.Records());
        var search = new RecordSearch(log, topic, asked.GetValue(_grep), progress, cancellationToken);
        Print(asked, topic.Partitions(asked.GetValue(_partition)).SelectMany(
            partition => search.Read(partition, asked.GetValue(_from), asked.GetValue(_max))));
        return Task.FromResult(ExitCode.Well);
    }

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var job = await JobPathAsync(api, asked.GetValue(_job), cancellationToken).ConfigureAwait(false);
        var follower = new TopicFollower(
            api, job, asked.GetRequiredValue(_topic), asked.GetValue(_partition), asked.GetValue(_from), asked.GetValue(_max),
            asked.GetValue(_grep));
        Print(asked, await follower.ReadFirstAsync(cancellationToken).ConfigureAwait(false));
        if (!asked.GetValue(_follow)) return ExitCode.Well;
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await second.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
                Print(asked, await follower.ReadNextAsync(cancellationToken).ConfigureAwait(false), isMore: true);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how it ends.
        }

        return ExitCode.Well;
    }

    private void Print(ParseResult asked, IEnumerable<FoundRecord> records, bool isMore = false)
    {
        var table = new Table("partition", "offset", "time", "key", "value");
        foreach (var found in records)
        {
            if (IsJson(asked)) Terminal.Out.Write($"{Json.Line(found)}\n");
            else table.Add(found.Partition, found.Offset, found.Time, Text(found.Key), Text(found.Value));
        }

        if (!IsJson(asked)) Terminal.Out.Write(isMore ? table.WithoutHead() : table.ToString());
        Terminal.Out.Flush();
    }

    private static string? Text(JsonElement? json)
    {
        if (json is not { } found) return null;
        var text = found.ValueKind == JsonValueKind.Object && found.TryGetProperty("hex", out var hex)
            ? $"0x{hex} ({found.GetProperty("bytes")} bytes)" : Json.Line(found);
        return text.Length <= MostLetters ? text : $"{text.AsSpan(0, MostLetters)}…";
    }
}
