using System.Text;
using System.Text.Json;
using Dataflow.Features.Registry;
using Dataflow.Log;

namespace Dataflow.Features;

/// <summary>The definitions of all feature views that jobs of a log have used, in the topic <c>feature-views</c>.</summary>
/// <remarks>A job that serves or joins a view registers it once its start has succeeded. The job does not start where the log has a
/// different definition of that version: features with another meaning need another version. Owner, description and tags may
/// change.</remarks>
public static class FeatureRegistry
{
    internal const string TopicName = "feature-views";

    /// <summary>Reads the definitions, by name and version; of each the one that was registered last.</summary>
    public static IReadOnlyList<ViewDefinition> Read(PartitionedLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (!log.TryGetTopic(TopicName, out _)) return [];
        return
        [
            .. Topic.Of<byte[]>(TopicName).ReadAll(log)
            .Select(static bytes => JsonSerializer.Deserialize(bytes, RegistryJson.Default.ViewDefinition)!)
                .GroupBy(static view => (view.Name, view.Version)).Select(static versions => versions.Last())
                .OrderBy(static view => view.Name, StringComparer.Ordinal).ThenBy(static view => view.Version),
        ];
    }

    /// <summary>Compares the views that the steps use with the registered ones, and with each other.</summary>
    /// <returns>The differences between definitions of one version.</returns>
    internal static IReadOnlyList<string> Check(StartContext start)
    {
        _ = NewOf(start, out var faults);
        return faults;
    }

    /// <summary>Registers the views that the steps use, in one commit; already registered ones stay unchanged.</summary>
    internal static ValueTask RegisterAsync(StartContext start, CancellationToken cancellationToken)
        => NewOf(start, out _) is { Count: > 0 } views ? WriteAsync(views, start.Log, cancellationToken) : default;

    private static List<ViewDefinition> NewOf(StartContext start, out List<string> faults)
    {
        var registered = Read(start.Log).ToDictionary(static view => (view.Name, view.Version));
        var used = new Dictionary<(string, int), ViewDefinition>();
        var found = faults = [];
        foreach (var view in start.Steps.OfType<IUsesView>().Select(static step => step.Definition))
        {
            if (!used.TryAdd((view.Name, view.Version), view))
                Compare(used[(view.Name, view.Version)], view, "has two definitions in the pipeline",
                    "Define it once, and use that twice.");
            else if (registered.TryGetValue((view.Name, view.Version), out var other))
                Compare(
                    other, view, "is registered with another definition",
                    "Undo the change, or give the view a greater Version and the pipeline a new name, so that it replays the events.");
        }

        return [.. used.Values.Where(view => !registered.TryGetValue((view.Name, view.Version), out var other) || !view.IsSameAs(other))];

        void Compare(ViewDefinition before, ViewDefinition view, string what, string remedy)
        {
            var differences = view.DifferencesFrom(before);
            if (differences.Count > 0)
                found.Add($"version {view.Version} of feature view '{view.Name}' {what}: {string.Join("; ", differences)}. {remedy}");
        }
    }

    private static async ValueTask WriteAsync(List<ViewDefinition> views, PartitionedLog log, CancellationToken cancellationToken)
    {
        if (!log.TryGetTopic(TopicName, out var topic))
            topic = await log.CreateTopicAsync(TopicName, 1, cancellationToken).ConfigureAwait(false);
        var records = new RecordBuffer();
        foreach (var view in views)
            records.Append(
                0, Encoding.UTF8.GetBytes($"{view.Name}@{view.Version}"),
                JsonSerializer.SerializeToUtf8Bytes(view, RegistryJson.Default.ViewDefinition));
        var commit = new LogCommit();
        commit.Add(topic, 0, records);
        await log.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
    }
}
