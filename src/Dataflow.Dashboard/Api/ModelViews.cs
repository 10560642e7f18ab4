namespace Dataflow.Dashboard.Api;

/// <summary>The account of a model of a step, as the step counts it.</summary>
/// <param name="Step">The step.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Calls">The number of calls that gave results.</param>
/// <param name="Texts">The number of texts passed to the model.</param>
/// <param name="Tokens">The number of tokens that it computed.</param>
/// <param name="Seconds">The time spent in it.</param>
/// <param name="TextsSaved">The number of texts whose result was there already.</param>
/// <param name="TokensSaved">The number of tokens of those.</param>
internal sealed record ModelView(
    string Step, string Model, long Calls, long Texts, long Tokens, double Seconds, long TextsSaved, long TokensSaved)
{
    public static IEnumerable<ModelView> Of(StepStatus step) => TagsOf(step, "dataflow.model.texts").Select(model => new ModelView(
        step.Label, model, (long)Value(step, model, "calls.answered"), (long)Value(step, model, "texts"),
        (long)Value(step, model, "tokens"), Value(step, model, "time"), (long)Value(step, model, "texts.saved"),
        (long)Value(step, model, "tokens.saved")));

    /// <summary>The values of a counter's tag, in the order of the step.</summary>
    public static IEnumerable<string> TagsOf(StepStatus step, string counter)
        => step.Counters.Where(count => count.Definition.Name == counter).Select(static count => count.Tag ?? "");

    private static double Value(StepStatus step, string model, string name) => Find(step, model, $"dataflow.model.{name}") ?? 0;

    /// <summary>The value of a counter with a tag, in the counter's unit; null: the step does not count it.</summary>
    public static double? Find(StepStatus step, string tag, string name)
    {
        foreach (var count in step.Counters)
        {
            if (count.Definition.Name == name && count.Tag == tag) return count.Value / (double)count.Definition.PerUnit;
        }

        return null;
    }
}

/// <summary>A version of a model of which one answers and another may be tried beside it.</summary>
/// <param name="Step">The step that chooses.</param>
/// <param name="Version">The version's name.</param>
/// <param name="Answers">Whether it answers.</param>
/// <param name="IsTried">Whether it is being tried.</param>
/// <param name="Compared">The number of texts by which it was compared in its last trial; null: it was not tried.</param>
/// <param name="Failed">The number of texts on which it failed.</param>
/// <param name="SharedNeighbours">The share of a text's ten nearest on which both versions agree; null before twenty texts.</param>
internal sealed record ModelVersionView(
    string Step, string Version, bool Answers, bool IsTried, long? Compared, long? Failed, double? SharedNeighbours)
{
    private const string Prefix = "dataflow.model.";

    public static IEnumerable<ModelVersionView> Of(StepStatus step)
        => ModelView.TagsOf(step, $"{Prefix}version.answers").Select(version => Of(
            step.Label, version, name => ModelView.Find(step, version, Prefix + name)));

    private static ModelVersionView Of(string step, string version, Func<string, double?> value) => new(
        step, version, value("version.answers") == 1, value("version.tried") == 1, (long?)value("trial.texts"),
        (long?)value("trial.failed"), value("trial.shared_neighbours"));
}
