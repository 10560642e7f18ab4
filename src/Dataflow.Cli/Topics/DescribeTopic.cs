using System.Text;
using System.Text.Json;
using Dataflow.Cli.Logs;
using Dataflow.Cli.Processes;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Shows a topic's settings, the offsets of its partitions, and the forms of its keys and values.</summary>
internal sealed class DescribeTopic : SharedCommand
{
    private readonly Argument<string> _topic;
    private readonly Option<string?> _job;

    public DescribeTopic(Terminal terminal)
        : base(terminal, "describe", "Show a topic's settings, the offsets of its partitions, and the forms of its keys and values.")
    {
        _topic = AddArgument("TOPIC", "The topic's name.");
        _job = AddJobOption();
    }

    public override string Example => "dataflow topics describe orders --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var topic = log.Find(asked.GetRequiredValue(_topic));
        var partitions = topic.Partitions(null)
            .Select(number => new PartitionRow(number, topic.StartOffset(number), topic.EndOffset(number))).ToList();
        var (keys, values) = TopicForm.Of(log, topic.Name);
        Show(asked, new TopicDescription(topic.Name, topic.Settings, partitions, Form.Of(keys), Form.Of(values)), Text);
        return Task.FromResult(ExitCode.Well);
    }

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var job = await JobPathAsync(api, asked.GetValue(_job), cancellationToken).ConfigureAwait(false);
        var path = $"{job}/topics/{Uri.EscapeDataString(asked.GetRequiredValue(_topic))}";
        var found = await api.GetAsync(path, cancellationToken).ConfigureAwait(false);
        var partitions = found.GetProperty("partitions").EnumerateArray().Select(static (range, number) => new PartitionRow(
            number, range.GetProperty("start").GetInt64(), range.GetProperty("end").GetInt64())).ToList();
        var description = new TopicDescription(
            found.GetProperty("name").GetString()!, SettingsOf(found.GetProperty("settings")), partitions,
            found.GetProperty("keys").Deserialize<Form>(JsonSerializerOptions.Web),
            found.GetProperty("values").Deserialize<Form>(JsonSerializerOptions.Web));
        Show(asked, description, Text);
        return ExitCode.Well;
    }

    private static TopicSettings SettingsOf(JsonElement settings)
    {
        var bytes = settings.GetProperty("segmentBytes");
        return new()
        {
            RetentionTime = NumberIn(settings, "retentionMs") is { } time ? TimeSpan.FromMilliseconds(time) : null,
            RetentionBytes = NumberIn(settings, "retentionBytes"),
            SegmentBytes = bytes.ValueKind == JsonValueKind.Null ? null : bytes.GetInt32(),
        };
    }

    private static long? NumberIn(JsonElement settings, string name)
        => settings.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;

    private static string Text(TopicDescription found)
    {
        var settings = found.Settings;
        var table = new Table("partition", "start", "end", "records");
        foreach (var row in found.Partitions) table.Add(row.Partition, row.Start, row.End, row.Records);
        var text = new StringBuilder($"Topic '{found.Topic}', retention {settings.RetentionTime?.ToString() ?? "of any time"}, "
            + $"{(settings.RetentionBytes is { } bytes ? $"{bytes} bytes" : "any size")}\n\n{table}");
        AddTo(text, "Keys", found.Keys);
        AddTo(text, "Values", found.Values);
        return text.ToString();
    }

    private static void AddTo(StringBuilder text, string what, Form? form)
    {
        text.Append('\n').Append($"{what}: {(form is null ? "of no form that is kept" : PlainText.Of(form.Type))}\n");
        if (form is not { Members.Count: > 0 }) return;
        var table = new Table("member", "form");
        foreach (var member in form.Members) table.Add(member.Name, member.Type);
        text.Append(table);
    }

    private sealed record TopicDescription(
        string Topic, TopicSettings Settings, IReadOnlyList<PartitionRow> Partitions, Form? Keys, Form? Values);

    private sealed record PartitionRow(int Partition, long Start, long End)
    {
        public long Records => End - Start;
    }

    private sealed record Form(string Type, IReadOnlyList<TopicFormMember> Members, JsonElement Schema)
    {
        public static Form? Of(TopicForm? form) => form is null ? null : new(form.Type, form.Members, JsonElement.Parse(form.Schema));
    }
}
