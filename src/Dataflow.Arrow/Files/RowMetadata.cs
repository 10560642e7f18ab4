using System.Globalization;

namespace Dataflow.Arrow;

/// <summary>The metadata in a file's schema about the origin of its rows.</summary>
internal static class RowMetadata
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(SinkContext context) => Of(context.Pipeline, context.PlanHash);

    public static IReadOnlyList<KeyValuePair<string, string>> Of(string pipeline, TrainingFile file)
        =>
        [
            .. Of(pipeline, file.Plan),
            new("dataflow.topic", file.Topic),
            new("dataflow.partition", Text(file.Partition)),
            new("dataflow.from", Text(file.From)),
            new("dataflow.to", Text(file.To)),
        ];

    private static List<KeyValuePair<string, string>> Of(string pipeline, string plan)
        => [new("dataflow.pipeline", pipeline), new("dataflow.plan", plan)];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
