using Dataflow.Generators;

namespace Dataflow.Tests.Analyzers;

public class DisposedCaptureTests
{
    private const string Types =
        "sealed class Client : IDisposable { public int Ask(Order order) => order.Pieces; public void Dispose() { } }";

    [Theory]
    [InlineData("using var client = new Client(); orders.Select(order => client.Ask(order)).To(Sink.Console<int>());")]
    [InlineData("using (var client = new Client()) { orders.Select(order => client.Ask(order)); } await pipeline.RunAsync();")]
    [InlineData("using (var client = new Client()) orders.Select(order => client.Ask(order)).Where(n => $\"{n}\".Any());")]
    [InlineData("{ using var client = new Client(); orders.Select(order => client.Ask(order)); } await pipeline.RunAsync();")]
    [InlineData("var client = new Client(); orders.Select(order => client.Ask(order)); client.Dispose(); await pipeline.RunAsync();")]
    [InlineData("using var client = new Client(); orders.MapAsync(order => Task.FromResult(client.Ask(order)));")]
    public async Task An_object_that_is_disposed_before_the_job_runs_is_reported(string code)
        => Assert.Equal(
            ["DATAFLOW012 client: 'client' is disposed before a job calls this code of "
                + $"'{(code.Contains("MapAsync", StringComparison.Ordinal) ? "MapAsync" : "Select")}'. Dispose it when the job has ended, "
                + "or run the pipeline before."],
            await UserCode.ReportsAsync(new DisposedCaptureAnalyzer(), UserCode.With(code, Types)
                .Replace("await Task.CompletedTask;", "", StringComparison.Ordinal)));

    [Theory]
    [InlineData("await pipeline.RunAsync();", 0)]
    [InlineData("", 1)]
    public async Task In_a_program_of_statements_it_lives_as_long_as_the_program(string end, int reports)
        => Assert.Equal(reports, (await UserCode.ReportsAsync(
            new DisposedCaptureAnalyzer(), "var pipeline = new Pipeline(\"program\"); using var client = new Client(); "
                + $"pipeline.From(Source.Of<Order>([])).Select(order => client.Ask(order)); {end} {Types}")).Count);

    [Theory]
    [InlineData("using var client = new Client(); orders.Select(order => client.Ask(order)); await pipeline.RunAsync();")]
    [InlineData("using var client = new Client(); orders.Select(order => client.Ask(order)); Run(pipeline);")]
    [InlineData("using var client = new Client(); Take(orders.Select(order => client.Ask(order)));")]
    [InlineData("using var client = new Client(); orders.Select(order => client.Ask(order)); new Runner(pipeline);")]
    [InlineData("var client = new Client(); orders.Select(order => client.Ask(order));")]
    [InlineData("using var client = new Client(); Define(made => made.Select(order => client.Ask(order)));")]
    [InlineData("var client = new Client(); orders.Select(order => client.Ask(order)); await pipeline.RunAsync(); client.Dispose();")]
    [InlineData("orders.Select(order => { using var client = new Client(); return client.Ask(order); });")]
    [InlineData("using var client = new Client(); var known = client.Ask(new(\"a\", 1)); orders.Select(order => known);")]
    [InlineData("using var client = new Client(); _ = new[] { new Order(\"a\", 1) }.Select(order => client.Ask(order));")]
    public async Task One_that_may_live_as_long_as_the_job_is_not(string code)
        => Assert.Empty(await UserCode.ReportsAsync(new DisposedCaptureAnalyzer(), UserCode.With(
            code, Types + " sealed class Runner(Pipeline pipeline) { public Pipeline Pipeline => pipeline; }").Replace(
            "static class User {", "static class User { static void Run(Pipeline pipeline) { } static void Take(Stream<int> made) { } "
                + "static void Define(Action<Stream<Order>> define) { } ",
            StringComparison.Ordinal)));
}
