using Dataflow.Generators;

namespace Dataflow.Tests.Analyzers;

public class UnrunPipelineTests
{
    private const string From = "var made = new Pipeline(\"made\"); var numbers = made.From(Source.Of(1, 2));";

    [Theory]
    [InlineData("var made = new Pipeline(\"made\"); made.From(Source.Of(1, 2)).To(Sink.Console<int>());")]
    [InlineData(From)]
    [InlineData(From + " numbers.Where(n => n > 1).Select(n => n * 2).To(Sink.Memory<int>());")]
    [InlineData(From + " var even = numbers.Split(n => n % 2 == 0, out var odd); even.Union(odd).To(Sink.Memory<int>());")]
    [InlineData(From + " var table = numbers.KeyBy(n => n).ToTable(); table.Changes().Pairs.Pipeline.From(Source.Of(3, 4));")]
    public async Task Steps_that_nobody_runs_are_reported(string code)
        => Assert.Equal(
            ["DATAFLOW013 new Pipeline(\"made\"): Pipeline 'made' has steps, but is never run: nothing is read or written. Call RunAsync, "
                + "StartAsync or Explain, or hand it on."],
            await UserCode.ReportsAsync(new UnrunPipelineAnalyzer(), UserCode.With(code)));

    [Theory]
    [InlineData(From, 1)]
    [InlineData(From + " await made.RunAsync();", 0)]
    public async Task A_program_of_statements_is_looked_at_as_a_whole(string program, int reports)
        => Assert.Equal(reports, (await UserCode.ReportsAsync(new UnrunPipelineAnalyzer(), program)).Count);

    [Theory]
    [InlineData(From + " await made.RunAsync();")]
    [InlineData(From + " await numbers.Pipeline.RunAsync();")]
    [InlineData(From + " Console.WriteLine(made.Explain());")]
    [InlineData(From + " User.Kept = made;")]
    [InlineData(From + " Keep(numbers);")]
    [InlineData(From + " var many = numbers.Mine(); many.To(Sink.Memory<int>());")]
    [InlineData(From + " numbers.Split(n => n > 1, out var rest); Keep(rest);")]
    [InlineData(From + " Action run = () => made.RunAsync();")]
    [InlineData("var made = new Pipeline(\"made\"); Action define = () => made.From(Source.Of(1, 2)).To(Sink.Memory<int>());")]
    [InlineData("var made = new Pipeline(\"made\");")]
    [InlineData("var (made, n) = (new Pipeline(\"made\"), 1); made.From(Source.Of(1, 2));")]
    [InlineData("Pipeline made; made = new Pipeline(\"made\"); made.From(Source.Of(1, 2));")]
    [InlineData(From + " (made.Name, 1).ToString();")]
    public async Task Others_may_be_run(string code)
        => Assert.Empty(await UserCode.ReportsAsync(new UnrunPipelineAnalyzer(), UserCode.With(code).Replace(
            "static class User {", "static class User { static Pipeline? Kept; static void Keep(Stream<int> numbers) { } "
                + "static Stream<int> Mine(this Stream<int> numbers) => numbers; ", StringComparison.Ordinal)));
}
