using Dataflow.Generators;

namespace Dataflow.Tests.Analyzers;

public class ClockTests
{
    private const string Again = "gives another result when the record is processed again, as after a crash.";
    private const string Time = "Use the time of the record, or let the source put it into the record.";
    private const string Chance = "Derive it from the record, or let the source put it into the record.";

    private const string Process =
        "class Told : KeyedProcess<string, Order, string> { public override void OnRecord(in Record<Order> record, "
            + "ProcessContext<string, string> context) => context.Emit($\"{CODE}\"); }";

    [Theory]
    [InlineData("orders.Select(order => (order, DateTime.Now));", "DateTime.Now", "Select", Time)]
    [InlineData("orders.Where(order => order.Time < DateTimeOffset.UtcNow);", "DateTimeOffset.UtcNow", "Where", Time)]
    [InlineData("orders.KeyBy(order => order.Id).Where(order => order.Time.Date == DateTime.Today);", "DateTime.Today", "Where", Time)]
    [InlineData("orders.Select(order => Environment.TickCount64);", "Environment.TickCount64", "Select", Time)]
    [InlineData(
        "orders.Select(order => System.Diagnostics.Stopwatch.GetTimestamp());", "System.Diagnostics.Stopwatch.GetTimestamp()", "Select",
        Time)]
    [InlineData("orders.Select(order => Guid.NewGuid());", "Guid.NewGuid()", "Select", Chance)]
    [InlineData("orders.Where(order => Random.Shared.Next(2) == 0);", "Random.Shared", "Where", Chance)]
    [InlineData("orders.Where(order => { var coin = new Random(); return coin.Next(2) == 0; });", "new Random()", "Where", Chance)]
    [InlineData("orders.SelectMany(order => new[] { 1 }.Select(_ => Guid.NewGuid()));", "Guid.NewGuid()", "SelectMany", Chance)]
    [InlineData(
        "orders.KeyBy(order => order.Id).Aggregate(a => a.Count(order => order.Time > DateTimeOffset.Now), (id, count) => count);",
        "DateTimeOffset.Now", "Count", Time)]
    [InlineData("Pattern.Begin<Order>(\"a\", order => order.Time < DateTimeOffset.Now);", "DateTimeOffset.Now", "Begin", Time)]
    public async Task The_clock_and_chance_in_a_lambda_are_reported(string code, string asked, string verb, string remedy)
        => Assert.Equal(
            [$"DATAFLOW010 {asked}: '{asked}' in '{verb}' {Again} {remedy}"],
            await UserCode.ReportsAsync(new ClockAnalyzer(), UserCode.With(code)));

    [Fact]
    public async Task Those_in_the_method_of_a_step_are_reported()
        => Assert.Equal(
            [$"DATAFLOW010 Guid.NewGuid(): 'Guid.NewGuid()' in 'Told.OnRecord' {Again} {Chance}"],
            await UserCode.ReportsAsync(new ClockAnalyzer(), Process.Replace("CODE", "Guid.NewGuid()", StringComparison.Ordinal)));

    [Theory]
    [InlineData("var start = DateTime.UtcNow; orders.Select(order => (order, start));")]
    [InlineData("orders.WithEventTime(_ => DateTimeOffset.UtcNow);")]
    [InlineData("orders.MapAsync(async order => { await Task.Yield(); return DateTime.UtcNow; });")]
    [InlineData("orders.Where(order => new Random(order.Pieces).Next(2) == 0);")]
    [InlineData("orders.Select(order => Mine.UtcNow);")]
    [InlineData("new[] { 1 }.Select(_ => DateTime.UtcNow).ToList();")]
    [InlineData("orders.KeyBy(order => order.Id).Aggregate(a => a.Quantile(o => 1, DateTime.Now.Hour / 24.0), (_, q) => q);")]
    [InlineData("orders.To(Sink.Console<Order>(order => $\"{DateTime.Now} {order}\"));")]
    [InlineData("pipeline.From(Source.AsyncEnumerable(_ => From(DateTime.Now)));")]
    public async Task Elsewhere_they_are_not(string code)
        => Assert.Empty(await UserCode.ReportsAsync(new ClockAnalyzer(), UserCode.With(
            code, "static class Mine { public static DateTime UtcNow => default; }")
            .Replace("public static class User {", "public static class User { static async IAsyncEnumerable<DateTime> From(DateTime time) "
                + "{ await Task.Yield(); yield return time; }", StringComparison.Ordinal)));

    [Theory]
    [InlineData("public override void Open(ProcessStates<string, Order> states) { _ = DateTime.Now; }")]
    [InlineData("static DateTime Now() => DateTime.Now;")]
    public async Task What_is_not_called_for_a_record_may_ask_the_clock(string member)
        => Assert.Empty(await UserCode.ReportsAsync(new ClockAnalyzer(), Process
            .Replace("CODE", "1", StringComparison.Ordinal).Replace("{ public override void OnR", $"{{ {member} public override void OnR",
                StringComparison.Ordinal)));
}
