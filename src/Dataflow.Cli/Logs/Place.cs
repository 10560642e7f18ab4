using System.CommandLine.Parsing;
using System.Globalization;
using Dataflow.Log;

namespace Dataflow.Cli.Logs;

/// <summary>A place in a partition: its start, its end, or an offset.</summary>
internal readonly record struct Place(long? Offset, bool IsEnd)
{
    public static Place Earliest => new(null, IsEnd: false);

    public static Place Latest => new(null, IsEnd: true);

    /// <exception cref="ToolException">The partition does not hold the offset, and it is not its end.</exception>
    public long In(LogTopic topic, int partition)
    {
        var (start, end) = (topic.StartOffset(partition), topic.EndOffset(partition));
        var offset = Offset ?? (IsEnd ? end : start);
        return offset >= start && offset <= end ? offset : throw new ToolException(
            $"Topic '{topic.Name}', partition {partition}: offset {offset} is not there. It holds offsets from {start} up to, not "
                + $"including, {end}.");
    }

    public static Option<Place> Option(string name, string description, Place? byDefault) => new(name)
    {
        Description = description,
        HelpName = "earliest|latest|OFFSET",
        Required = byDefault is null,
        DefaultValueFactory = byDefault is { } place ? _ => place : null,
        CustomParser = Parse,
    };

    /// <inheritdoc/>
    public override string ToString()
        => Offset is { } offset ? offset.ToString(CultureInfo.InvariantCulture) : IsEnd ? "latest" : "earliest";

    private static Place Parse(ArgumentResult asked)
    {
        var text = asked.Tokens[0].Value;
        if (text == "earliest") return Earliest;
        if (text == "latest") return Latest;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) return new(offset, IsEnd: false);
        asked.AddError($"'{text}' is no place in a partition. Write earliest, latest or an offset.");
        return default;
    }
}
