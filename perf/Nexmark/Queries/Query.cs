namespace Dataflow.Perf.Nexmark;

/// <summary>Adds a query to a pipeline.</summary>
/// <param name="pipeline">What to add it to.</param>
/// <param name="house">The stream of the auction house.</param>
/// <param name="results">Where the rows of the answer go.</param>
internal delegate void Query(Pipeline pipeline, AuctionHouse house, Results results);

internal static class Queries
{
    /// <summary>All queries that there are, by the benchmark's names.</summary>
    public static IReadOnlyDictionary<string, Query> All { get; } = new Dictionary<string, Query>
    {
        ["q0"] = Q0.Build,
        ["q1"] = Q1.Build,
        ["q2"] = Q2.Build,
        ["q3"] = Q3.Build,
        ["q4"] = Q4.Build,
        ["q5"] = Q5.Build,
        ["q6"] = Q6.Build,
        ["q7"] = Q7.Build,
        ["q8"] = Q8.Build,
        ["q9"] = Q9.Build,
        ["q11"] = Q11.Build,
        ["q12"] = Q12.Build,
        ["q13"] = Q13.Build,
        ["q14"] = Q14.Build,
        ["q15"] = Q15.Build,
        ["q16"] = Q16.Build,
        ["q17"] = Q17.Build,
        ["q18"] = Q18.Build,
        ["q19"] = Q19.Build,
        ["q20"] = Q20.Build,
        ["q21"] = Q21.Build,
        ["q22"] = Q22.Build,
    };
}
