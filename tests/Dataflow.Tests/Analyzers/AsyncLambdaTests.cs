using Dataflow.CodeFixes;
using Dataflow.Generators;

namespace Dataflow.Tests.Analyzers;

public class AsyncLambdaTests
{
    private const string Tasks =
        "'Select' makes a stream of tasks, which can be neither awaited nor written there. Use MapAsync, which hands on their results.";

    private const string Api = "static class Api { public static Task<int> AskAsync(Order order) => Task.FromResult(order.Pieces); }";

    [Theory]
    [InlineData("orders.Select(async order => { await Task.Yield(); return 1; });", "async order => { await Task.Yield(); return 1; }")]
    [InlineData("orders.Select(async order => { await Task.Yield(); });", "async order => { await Task.Yield(); }")]
    [InlineData("orders.Select(Api.AskAsync);", "Api.AskAsync")]
    [InlineData("orders.KeyBy(order => order.Id).Select(order => Api.AskAsync(order));", "order => Api.AskAsync(order)")]
    public async Task A_stream_of_tasks_is_reported(string code, string selector)
        => Assert.Equal(
            [$"DATAFLOW015 {selector}: {Tasks}"], await UserCode.ReportsAsync(new AsyncLambdaAnalyzer(), UserCode.With(code, Api)));

    [Theory]
    [InlineData("async (_, _) => await Task.Yield()")]
    [InlineData("Later")]
    public async Task Code_that_a_call_cannot_await_is_reported(string code)
        => Assert.Equal(
            [$"DATAFLOW015 {code}: 'ForEach' cannot await this code (async void): it goes on before the code has ended, and what the code "
                + "throws ends the process. Await before the call, or for each record in MapAsync."],
            await UserCode.ReportsAsync(new AsyncLambdaAnalyzer(), Each(code)));

    [Theory]
    [InlineData("orders.MapAsync(async order => { await Task.Yield(); return 1; });")]
    [InlineData("new[] { 1 }.Select(async n => { await Task.Yield(); return n; }).ToList();")]
    [InlineData("new List<int>().ForEach(async n => await Task.Yield());")]
    [InlineData("orders.Select(order => order.Pieces);")]
    public async Task What_is_awaited_or_not_ours_is_not(string code)
        => Assert.Empty(await UserCode.ReportsAsync(new AsyncLambdaAnalyzer(), UserCode.With(code)));

    [Theory]
    [InlineData("orders.Select(Api.AskAsync);", "orders.MapAsync(Api.AskAsync);")]
    [InlineData(
        "orders\n    .Select(async order => await Api.AskAsync(order)).Select(n => $\"{n}\");",
        "orders\n    .MapAsync(async order => await Api.AskAsync(order)).Select(n => $\"{n}\");")]
    public async Task The_results_are_handed_on_by_MapAsync(string code, string mended)
        => Assert.Equal(
            UserCode.With(mended, Api),
            await UserCode.MendedAsync(new AsyncLambdaAnalyzer(), new UseMapAsync(), UserCode.With(code, Api)));

    [Theory]
    [InlineData("orders.Select(async order => { await Task.Yield(); });")]
    [InlineData("orders.Select(Api.AskAsync, \"ask\");")]
    [InlineData("orders.Select<Order, Task<int>>(Api.AskAsync);")]
    [InlineData("orders.KeyBy(order => order.Id).ToTable().Select(order => Api.AskAsync(order));")]
    public async Task Where_MapAsync_takes_other_arguments_the_author_decides(string code)
        => Assert.Null(await UserCode.MendedAsync(new AsyncLambdaAnalyzer(), new UseMapAsync(), UserCode.With(code, Api)));

    private static string Each(string code)
        => "class Each(ITableRows<string, Order> rows) { void Run() => rows.ForEach(CODE); static async void Later(string id, Order order) "
            .Replace("CODE", code, StringComparison.Ordinal)
            + "=> await Task.Yield(); }";
}
