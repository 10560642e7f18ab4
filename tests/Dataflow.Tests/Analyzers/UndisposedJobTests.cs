using Dataflow.CodeFixes;
using Dataflow.Generators;

namespace Dataflow.Tests.Analyzers;

public class UndisposedJobTests
{
    private const string Report =
        "DATAFLOW014 CODE: The job that StartAsync returns is neither disposed nor awaited here, so it runs on when this code is left. "
            + "Write 'await using var job = await ...', or hand it on.";

    [Theory]
    [InlineData("var job = await pipeline.StartAsync(); Console.WriteLine(job.State);", "await pipeline.StartAsync()")]
    [InlineData("var job = await pipeline.StartAsync().ConfigureAwait(false);", "await pipeline.StartAsync().ConfigureAwait(false)")]
    [InlineData("await pipeline.StartAsync();", "await pipeline.StartAsync()")]
    public async Task A_job_that_nobody_ends_is_reported(string code, string start)
        => Assert.Equal(
            [Report.Replace("CODE", start, StringComparison.Ordinal)],
            await UserCode.ReportsAsync(new UndisposedJobAnalyzer(), UserCode.With(code)));

    [Theory]
    [InlineData("await using var job = await pipeline.StartAsync();")]
    [InlineData("await using (var job = await pipeline.StartAsync()) { Console.WriteLine(job.State); }")]
    [InlineData("var job = await pipeline.StartAsync(); await job.DisposeAsync();")]
    [InlineData("var job = await pipeline.StartAsync(); await job.StopAsync();")]
    [InlineData("var job = await pipeline.StartAsync(); await job.Completion;")]
    [InlineData("var job = await pipeline.StartAsync(); await using (job) { }")]
    [InlineData("var job = await pipeline.StartAsync(); User.Kept = job;")]
    [InlineData("var job = await pipeline.StartAsync(); Keep(job);")]
    [InlineData("var job = await pipeline.StartAsync(); Action stop = () => job.StopAsync();")]
    [InlineData("Job job; job = await pipeline.StartAsync();")]
    [InlineData("User.Kept = await pipeline.StartAsync();")]
    [InlineData("_ = await pipeline.StartAsync();")]
    [InlineData("await pipeline.RunAsync();")]
    [InlineData("Func<Task> run = async () => await pipeline.StartAsync();")]
    [InlineData("_ = new Func<Task<Job>>(async () => { var job = await pipeline.StartAsync(); return job; });")]
    public async Task One_that_is_ended_or_handed_on_is_not(string code)
        => Assert.Empty(await UserCode.ReportsAsync(new UndisposedJobAnalyzer(), UserCode.With(code).Replace(
            "static class User {", "static class User { static Job? Kept; static void Keep(Job job) { }", StringComparison.Ordinal)));

    [Fact]
    public async Task It_is_disposed_at_the_end_of_the_block()
        => Assert.Equal(
            UserCode.With("\n// Runs.\nawait using var job = await pipeline.StartAsync(); // now\nConsole.WriteLine(job.State);"),
            await UserCode.MendedAsync(new UndisposedJobAnalyzer(), new AwaitUsing(), UserCode.With(
                "\n// Runs.\nvar job = await pipeline.StartAsync(); // now\nConsole.WriteLine(job.State);")));

    [Fact]
    public async Task In_a_program_of_statements_too()
    {
        const string Program = "var job = await new Pipeline(\"program\").StartAsync();\nConsole.WriteLine(job.State);";

        Assert.Equal($"await using {Program}", await UserCode.MendedAsync(new UndisposedJobAnalyzer(), new AwaitUsing(), Program));
    }

    [Theory]
    [InlineData("await pipeline.StartAsync();")]
    [InlineData("switch (1) { case 1: var job = await pipeline.StartAsync(); break; }")]
    public async Task Where_there_is_no_block_or_name_the_author_decides(string code)
        => Assert.Null(await UserCode.MendedAsync(new UndisposedJobAnalyzer(), new AwaitUsing(), UserCode.With(code)));
}
