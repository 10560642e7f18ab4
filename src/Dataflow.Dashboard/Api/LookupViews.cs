namespace Dataflow.Dashboard.Api;

/// <summary>The lookups that a pipeline offers.</summary>
internal sealed record LookupListView(IReadOnlyList<LookupView> Lookups);

/// <summary>A lookup.</summary>
/// <param name="Name">The name.</param>
/// <param name="Asks">What a question is.</param>
/// <param name="TakesTime">Whether answers depend on a time.</param>
/// <param name="Fields">The parts of an answer.</param>
/// <param name="Samples">The samples of the last hour, the newest last; none where nothing is sampled.</param>
internal sealed record LookupView(
    string Name, string Asks, bool TakesTime, IReadOnlyList<LookupFieldView> Fields, IReadOnlyList<LookupSampleView> Samples);

/// <summary>A sample of what a lookup finds.</summary>
/// <param name="AtMs">The time at which it was taken.</param>
/// <param name="Entities">The number of entities.</param>
/// <param name="WatermarkMs">The time up to which events were in their values.</param>
internal sealed record LookupSampleView(long AtMs, int Entities, long? WatermarkMs);

/// <summary>A part of an answer, with what samples of the last hour have shown.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Definition">The computation.</param>
/// <param name="Description">The meaning, for people.</param>
/// <param name="Samples">What each sample has shown, the newest last.</param>
internal sealed record LookupFieldView(
    string Name, string Type, string Definition, string Description, IReadOnlyList<FieldSampleView> Samples);

/// <summary>The values of a field in a sample.</summary>
/// <param name="AtMs">The time at which it was taken.</param>
/// <param name="Missing">The share of entities without a value.</param>
/// <param name="Psi">The drift from the first sample with whole values, as population stability index; null: there was none yet.</param>
internal sealed record FieldSampleView(long AtMs, double Missing, double? Psi);

/// <summary>An answer: see <see cref="LookupAnswer"/>.</summary>
internal sealed record LookupAnswerView(string Note, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
