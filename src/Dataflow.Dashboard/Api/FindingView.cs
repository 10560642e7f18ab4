namespace Dataflow.Dashboard.Api;

/// <summary>A reason why there are no results, or few.</summary>
/// <param name="Kind">A <see cref="FindingKind"/>.</param>
/// <param name="Severity">The weight of the finding.</param>
/// <param name="Where">The step, source, split or stage concerned; empty for the job.</param>
/// <param name="Text">The finding in words.</param>
internal sealed record FindingView(FindingKind Kind, Severity Severity, string Where, string Text)
{
    private static readonly long s_farBehindMs = (long)TimeSpan.FromSeconds(10).TotalMilliseconds;

    /// <summary>The findings, the gravest first; those of one weight with the likeliest cause first. Where there are only notes, they come
    /// behind a sentence that says so.</summary>
    public static IReadOnlyList<FindingView> Of(Diagnosis diagnosis, JobStatus status)
    {
        var found = diagnosis.Findings
            .Select(finding => new FindingView(finding.Kind, SeverityOf(finding, status), finding.Where, finding.Text))
            .OrderBy(static finding => finding.Severity).ToList();
        if (status.State == JobState.Running && found[0].Severity == Severity.Note)
            found.Insert(0, new(FindingKind.NothingFound, Severity.Fine, "", "Nothing holds the job up."));
        return found;
    }

    private static Severity SeverityOf(Finding finding, JobStatus status) => finding.Kind switch
    {
        FindingKind.NothingFound => Severity.Fine,
        FindingKind.Ended => status.State == JobState.Failed ? Severity.Problem : Severity.Note,
        FindingKind.AllFailed or FindingKind.AllLate or FindingKind.AllFiltered or FindingKind.AllUnmatched or FindingKind.NothingDecodes
            or FindingKind.StepHangs or FindingKind.Restarts or FindingKind.TimesAreSeconds => Severity.Problem,
        FindingKind.SplitHoldsTimeBack => IsFarBehind(finding.Where, status) ? Severity.Attention : Severity.Note,
        FindingKind.SomeAreLeftOut or FindingKind.SplitIsIdle or FindingKind.ResultsWaitForCheckpoint or FindingKind.WindowWaits
            or FindingKind.WaitsForShards or FindingKind.TableIsLoading => Severity.Note,
        _ => Severity.Attention,
    };

    /// <summary>Some split is always the last; it matters where it is far behind.</summary>
    private static bool IsFarBehind(string name, JobStatus status)
        => status.Splits.FirstOrDefault(split => split.Name == name)?.WatermarkMs is not { } own
            || status.Splits.Max(static split => split.WatermarkMs) - own > s_farBehindMs;
}

/// <summary>The weight of a finding.</summary>
internal enum Severity
{
    /// <summary>Something is wrong.</summary>
    Problem,

    /// <summary>Something slows the job down or holds it up.</summary>
    Attention,

    /// <summary>All is well.</summary>
    Fine,

    /// <summary>It is good to know, and may be meant so.</summary>
    Note,
}
