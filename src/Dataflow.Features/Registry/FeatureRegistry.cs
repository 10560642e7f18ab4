using System.Globalization;
using System.Text;
using System.Text.Json;
using Dataflow.Features.Registry;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow;

/// <summary>The definitions of all feature views that jobs of a log have used, in the topic <c>feature-views</c>.</summary>
/// <remarks>A job that serves or joins a view registers it when it starts. It does not start where the log has another definition of that
/// version: features that mean something else have another version. Owner, description and tags may change.</remarks>
public static class FeatureRegistry
{
    internal const string TopicName = "feature-views";

    /// <summary>The definitions, by name and version; of each the one that was registered last.</summary>
    public static IReadOnlyList<ViewDefinition> Read(LogStore log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (!log.TryGetTopic(TopicName, out _)) return [];
        return
        [
            .. Topic.Of<byte[]>(TopicName).ReadAll(log).Select(static bytes => JsonSerializer.Deserialize(bytes, RegistryJson.Default.ViewDefinition)!)
                .GroupBy(static view => (view.Name, view.Version)).Select(static versions => versions.Last())
                .OrderBy(static view => view.Name, StringComparer.Ordinal).ThenBy(static view => view.Version),
        ];
    }

    /// <summary>Registers a definition, unless it is there.</summary>
    /// <exception cref="PlanException">The log has another of that version.</exception>
    internal static async ValueTask RegisterAsync(string pipeline, LogStore log, ViewDefinition view, CancellationToken stop)
    {
        var registered = Read(log).FirstOrDefault(other => other.Name == view.Name && other.Version == view.Version);
        if (registered is not null)
        {
            var differences = view.DifferencesFrom(registered).ToList();
            if (differences.Count > 0)
                throw PlanException.For(
                    pipeline,
                    [$"version {view.Version} of feature view '{view.Name}' is registered with another definition: {string.Join("; ", differences)}. "
                        + "Undo the change, or give the view a greater Version and the pipeline a new name, so that it replays the events."]);
            if (view.IsSameAs(registered)) return;
        }

        if (!log.TryGetTopic(TopicName, out var topic)) topic = await log.CreateTopicAsync(TopicName, 1, stop).ConfigureAwait(false);
        var records = new RecordBuffer();
        records.Append(0, Encoding.UTF8.GetBytes($"{view.Name}@{view.Version}"), JsonSerializer.SerializeToUtf8Bytes(view, RegistryJson.Default.ViewDefinition));
        var commit = new LogCommit();
        commit.Add(topic, 0, records);
        await log.CommitAsync(commit, stop).ConfigureAwait(false);
    }

    internal static ViewDefinition DefinitionOf<TKey>(FeatureView<TKey> view)
        where TKey : notnull
        => new(
            view.Name,
            view.Version,
            TypeNames.Of(typeof(TKey)),
            view.TimeToLive,
            view.MostLag,
            [.. view.Features.Select(static feature => new FeatureDefinition(
                feature.Name,
                TypeNames.Of(feature.Type),
                feature.Definition,
                feature.Window?.ToString(),
                feature.DefaultValue is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : null,
                feature.Description))],
            view.Owner,
            view.Description,
            view.Tags);
}
