using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Dataflow.Features.Registry;
using Dataflow.Log;
using Dataflow.Planning;

namespace Dataflow.Features;

/// <summary>The definitions of all feature views that jobs of a log have used, in the topic <c>feature-views</c>.</summary>
/// <remarks>A job that serves or joins a view registers it once its start has succeeded. It does not start where the log has another
/// definition of that version: features that mean something else have another version. Owner, description and tags may change.</remarks>
public static class FeatureRegistry
{
    internal const string TopicName = "feature-views";

    private static readonly ConditionalWeakTable<LogStore, SemaphoreSlim> s_turns = [];

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

    /// <summary>Compares the views that a plan uses with those that are registered, and with each other.</summary>
    /// <exception cref="PlanException">They differ under one version; all differences are listed.</exception>
    internal static void Check(Plan plan, LogStore log) => _ = NewOf(plan, log);

    /// <summary>Registers the views that a plan uses, in one commit; those that are there already stay as they are.</summary>
    /// <exception cref="PlanException">As for <see cref="Check"/>; nothing is registered.</exception>
    internal static async ValueTask RegisterAsync(Plan plan, LogStore log, CancellationToken cancellationToken)
    {
        var turn = s_turns.GetValue(log, static _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false); // between look and commit no other job of the log registers
        try
        {
            var views = NewOf(plan, log);
            if (views.Count > 0) await WriteAsync(views, log, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private static List<ViewDefinition> NewOf(Plan plan, LogStore log)
    {
        var registered = Read(log).ToDictionary(static view => (view.Name, view.Version));
        var (used, faults) = (new Dictionary<(string, int), ViewDefinition>(), new List<string>());
        foreach (var view in plan.Nodes.OfType<IUsesView>().Select(static step => step.Definition))
        {
            if (!used.TryAdd((view.Name, view.Version), view))
                Compare(used[(view.Name, view.Version)], view, "has two definitions in the pipeline", "Define it once, and use that twice.");
            else if (registered.TryGetValue((view.Name, view.Version), out var other))
                Compare(
                    other,
                    view,
                    "is registered with another definition",
                    "Undo the change, or give the view a greater Version and the pipeline a new name, so that it replays the events.");
        }

        if (faults.Count > 0) throw PlanException.For(plan.Pipeline, faults);
        return [.. used.Values.Where(view => !registered.TryGetValue((view.Name, view.Version), out var other) || !view.IsSameAs(other))];

        void Compare(ViewDefinition before, ViewDefinition view, string what, string remedy)
        {
            var differences = view.DifferencesFrom(before).ToList();
            if (differences.Count > 0)
                faults.Add($"version {view.Version} of feature view '{view.Name}' {what}: {string.Join("; ", differences)}. {remedy}");
        }
    }

    private static async ValueTask WriteAsync(List<ViewDefinition> views, LogStore log, CancellationToken cancellationToken)
    {
        if (!log.TryGetTopic(TopicName, out var topic)) topic = await log.CreateTopicAsync(TopicName, 1, cancellationToken).ConfigureAwait(false);
        var records = new RecordBuffer();
        foreach (var view in views)
            records.Append(0, Encoding.UTF8.GetBytes($"{view.Name}@{view.Version}"), JsonSerializer.SerializeToUtf8Bytes(view, RegistryJson.Default.ViewDefinition));
        var commit = new LogCommit();
        commit.Add(topic, 0, records);
        await log.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
    }
}
