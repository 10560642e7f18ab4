namespace Dataflow.Dashboard;

/// <summary>The options of a dashboard: who may read, who may act, and whether values are shown.</summary>
public record DashboardOptions
{
    /// <summary>The token that readers of the API send as <c>authorization: Bearer …</c>, and that the page asks for: visible ASCII
    /// characters without spaces. Default null: no token; then requests from beyond loopback, by another host name than a loopback one, or
    /// from pages of other hosts, are refused.</summary>
    public string? Token { get; init; }

    /// <summary>The token that a request to drain or stop a job needs, as the header <c>dataflow-action-token</c>: visible ASCII
    /// characters without spaces. Default null: nobody may act.</summary>
    public string? ActionToken { get; init; }

    /// <summary>Whether keys and values of topics' records, and the reasons of dead letters, which may quote them, are shown. Default
    /// false: they may be personal.</summary>
    public bool ShowsValues { get; init; }

    internal TimeProvider Time { get; init; } = TimeProvider.System;
}
