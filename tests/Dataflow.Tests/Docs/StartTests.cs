namespace Dataflow.Tests.Docs;

/// <summary>The first page of the manual: its program survives a kill.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact(Timeout = 60_000)]
    public Task Its_program_counts_every_visit_once_though_it_is_killed()
        => FirstProgram.SurvivesAKillAsync(
            Path.Combine(AppContext.BaseDirectory, "Visits.dll"), _folder.Path, TestContext.Current.CancellationToken);

    public void Dispose() => _folder.Dispose();
}
