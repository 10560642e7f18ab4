using System.ComponentModel;
using Dataflow.Onnx.Recording;

namespace Dataflow.Onnx;

/// <summary>The counters of models.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ModelCounters
{
    private const string Model = "model";

    internal static readonly CounterDefinition Truncated = new(
        "dataflow.model.texts.truncated", "{text}", "Texts that were too long for the model.");

    internal static readonly CounterDefinition Failed =
        new("dataflow.model.texts.failed", "{text}", "Texts that failed and went to the stream of those.") { Role = CounterRole.LeavesOut };

    private static readonly CounterDefinition s_damaged = new(
        "dataflow.model.results.damaged", "{result}", "Recorded results that could not be read.");
    private static readonly CounterDefinition s_answered = Of(
        "dataflow.model.calls.answered", "{call}", "Calls of a model that gave results.");
    private static readonly CounterDefinition s_texts = Of("dataflow.model.texts", "{text}", "Texts that were given to a model.");
    private static readonly CounterDefinition s_tokens = Of("dataflow.model.tokens", "{token}", "Tokens that a model computed.");
    private static readonly CounterDefinition s_time =
        Of("dataflow.model.time", "s", "Time spent in a model.") with { PerUnit = TimeSpan.TicksPerSecond };
    private static readonly CounterDefinition s_savedTexts = Of(
        "dataflow.model.texts.saved", "{text}", "Texts whose result was there already.");
    private static readonly CounterDefinition s_savedTokens = Of(
        "dataflow.model.tokens.saved", "{token}", "Tokens of texts whose result was there already.");

    private static readonly CounterDefinition s_answers = OfVersion(
        "dataflow.model.version.answers", "{version}", "1 for the version of a model that answers, 0 for the others.");
    private static readonly CounterDefinition s_tried = OfVersion(
        "dataflow.model.version.tried", "{version}", "1 for the version of a model that is tried beside it, 0 for the others.");
    private static readonly CounterDefinition s_compared = OfVersion(
        "dataflow.model.trial.texts", "{text}", "Texts by which a tried version was compared with the one that answers.");
    private static readonly CounterDefinition s_failedTrials = OfVersion(
        "dataflow.model.trial.failed", "{text}", "Texts on which a tried version failed.");
    private static readonly CounterDefinition s_shared = OfVersion(
        "dataflow.model.trial.shared_neighbours", "1", "Share of a text's ten nearest on which both versions agree.") with
    {
        PerUnit = 10_000,
    };

    internal static IReadOnlyList<CounterDefinition> OfVersions { get; } = [s_answers, s_tried, s_compared, s_failedTrials, s_shared];

    internal static IReadOnlyList<CounterDefinition> OfModels { get; } = [
        s_damaged, s_answered, s_texts, s_tokens, s_time, s_savedTexts, s_savedTokens];

    extension(StepStatus step)
    {
        /// <summary>The usage of the step's model: one entry for each version that was used, none where the step has no model.</summary>
        public IReadOnlyList<ModelUsage> Models
            => [.. step.Counters.Where(static count => count.Definition == s_texts).Select(count => step.UsageOf(count.Tag!))];

        /// <summary>The number of results of the step's models that earlier runs recorded and that cannot be used, so that the models are
        /// called again.</summary>
        public long DamagedResults => step.Total(s_damaged);

        /// <summary>The number of records whose text was too long for the model, so that its end was cut off.</summary>
        public long Truncated => step.Total(ModelCounters.Truncated);

        private ModelUsage UsageOf(string model)
        {
            return new(
                model, Value(s_answered), Value(s_texts), Value(s_tokens), TimeSpan.FromTicks(Value(s_time)), Value(s_savedTexts),
                Value(s_savedTokens));

            long Value(CounterDefinition definition)
                => step.Counters.FirstOrDefault(count => count.Definition == definition && count.Tag == model).Value;
        }
    }

    internal static IEnumerable<CounterValue> Of(Recorder recorder)
    {
        yield return new(s_damaged, recorder.DamagedResults);
        foreach (var usage in recorder.Usage)
        {
            yield return new(s_answered, usage.Calls, usage.Model);
            yield return new(s_texts, usage.Texts, usage.Model);
            yield return new(s_tokens, usage.Tokens, usage.Model);
            yield return new(s_time, usage.Time.Ticks, usage.Model);
            yield return new(s_savedTexts, usage.SavedTexts, usage.Model);
            yield return new(s_savedTokens, usage.SavedTokens, usage.Model);
        }
    }

    internal static IEnumerable<CounterValue> Of(ModelVersions versions)
    {
        if (versions.Choice is not { } choice) yield break;
        foreach (var version in versions.Names)
        {
            yield return new(s_answers, version == choice.Answers ? 1 : 0, version);
            yield return new(s_tried, version == choice.Tried ? 1 : 0, version);
        }

        if (versions.Comparison is not { } trial) yield break;
        yield return new(s_compared, trial.Texts, trial.Tried);
        yield return new(s_failedTrials, trial.Failed, trial.Tried);
        if (!double.IsNaN(trial.SharedNeighbours))
            yield return new(s_shared, (long)Math.Round(trial.SharedNeighbours * s_shared.PerUnit), trial.Tried);
    }

    private static CounterDefinition OfVersion(string name, string unit, string description)
        => new(name, unit, description) { Tag = "version", IsGauge = true };

    private static CounterDefinition Of(string name, string unit, string description) => new(name, unit, description) { Tag = Model };
}
