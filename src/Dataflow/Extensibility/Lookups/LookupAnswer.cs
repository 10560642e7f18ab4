namespace Dataflow.Operations;

/// <summary>The definition of a part of an answer.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Definition">The computation: <c>mean over 1 h</c>.</param>
/// <param name="Description">The meaning, for people.</param>
public sealed record LookupField(string Name, string Type, string Definition, string Description);

/// <summary>An answer as a table of texts.</summary>
/// <param name="Note">A sentence about the whole: how fresh it is, that there is nothing.</param>
/// <param name="Columns">The heads of the columns.</param>
/// <param name="Rows">The rows, with a text for each column.</param>
public sealed record LookupAnswer(string Note, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>Values of some entities at one moment.</summary>
/// <param name="Entities">The number of entities.</param>
/// <param name="WatermarkMs">The time up to which events are in the values, in ms since the Unix epoch.</param>
/// <param name="Values">For each of <see cref="Lookup.Fields"/> a number for each entity: NaN where it is missing, 0 where it is not a
/// number.</param>
public sealed record LookupSample(int Entities, long WatermarkMs, IReadOnlyList<IReadOnlyList<double>> Values)
{
    /// <summary>For each field whether some of its values are of less time than they should be, as soon after a first start, or none is
    /// known yet: no drift is measured against such. Empty: none is so.</summary>
    public IReadOnlyList<bool> ArePartial { get; init; } = [];
}
