namespace Dataflow.Dashboard.Api;

/// <summary>The lookups that a pipeline offers.</summary>
internal sealed record LookupListView(IReadOnlyList<LookupView> Lookups);

/// <summary>A lookup.</summary>
/// <param name="Name">The name.</param>
/// <param name="Asks">What a question is.</param>
/// <param name="TakesTime">Whether answers depend on a time.</param>
/// <param name="Entities">The entities of the last sample; null where nothing is sampled.</param>
/// <param name="WatermarkMs">The time up to which events were in their values.</param>
/// <param name="Fields">The parts of an answer.</param>
internal sealed record LookupView(
    string Name, string Asks, bool TakesTime, int? Entities, long? WatermarkMs, IReadOnlyList<LookupFieldView> Fields);

/// <summary>A part of an answer, with what samples of the last hour have shown.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Definition">The computation.</param>
/// <param name="Description">The meaning, for people.</param>
/// <param name="Missing">The share of entities without a value in the last sample.</param>
/// <param name="Drift">The population stability index of each sample against the first, the newest last.</param>
internal sealed record LookupFieldView(
    string Name, string Type, string Definition, string Description, double? Missing, IReadOnlyList<DriftPoint> Drift);

/// <summary>The drift of one sample.</summary>
internal sealed record DriftPoint(long AtMs, double Psi);

/// <summary>An answer: see <see cref="LookupAnswer"/>.</summary>
internal sealed record LookupAnswerView(string Note, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
