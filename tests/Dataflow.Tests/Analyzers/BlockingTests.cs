using Dataflow.CodeFixes;
using Dataflow.Generators;

namespace Dataflow.Tests.Analyzers;

public class BlockingTests
{
    private const string Types =
        "static class Api { public static Task<int> AskAsync(Order order) => Task.FromResult(order.Pieces); "
            + "public static ValueTask<int> AskSoonAsync(Order order) => new(order.Pieces); public static int Result => 1; }";

    [Theory]
    [InlineData("orders.Select(order => Api.AskAsync(order).Result);", "Api.AskAsync(order).Result", "Result")]
    [InlineData("orders.Select(order => Api.AskSoonAsync(order).Result);", "Api.AskSoonAsync(order).Result", "Result")]
    [InlineData(
        "orders.Select(order => Api.AskAsync(order).GetAwaiter().GetResult());", "Api.AskAsync(order).GetAwaiter().GetResult()",
        "GetResult")]
    [InlineData(
        "orders.Select(order => Api.AskAsync(order).ConfigureAwait(false).GetAwaiter().GetResult());",
        "Api.AskAsync(order).ConfigureAwait(false).GetAwaiter().GetResult()", "GetResult")]
    [InlineData("orders.Select(order => { Api.AskAsync(order).Wait(); return 1; });", "Api.AskAsync(order).Wait()", "Wait")]
    [InlineData("orders.Select(order => { Thread.Sleep(1); return 1; });", "Thread.Sleep(1)", "Sleep")]
    [InlineData("orders.Select(order => System.IO.File.ReadAllText(order.Id));", "System.IO.File.ReadAllText(order.Id)", "ReadAllText")]
    [InlineData(
        "var web = new System.Net.Http.HttpClient(); orders.Select(order => web.Send(new()));", "web.Send(new())", "Send")]
    public async Task A_call_that_waits_is_reported(string code, string call, string name)
        => Assert.Equal(
            [$"DATAFLOW011 {call}: '{name}' in 'Select' blocks the worker, with all steps and keys that it has. Make the call in MapAsync, "
                + "which keeps many of them in flight."],
            await UserCode.ReportsAsync(new BlockingAnalyzer(), UserCode.With(code, Types)));

    [Theory]
    [InlineData("orders.MapAsync(order => { Thread.Sleep(1); return Api.AskAsync(order); });")]
    [InlineData("orders.Select(order => Api.AskAsync(order) is { IsCompletedSuccessfully: true } done ? done.Result : 0);")]
    [InlineData("orders.Select(order => Api.Result);")]
    [InlineData("var known = Api.AskAsync(null!).Result; orders.Select(order => known);")]
    [InlineData("orders.KeyBy(order => order.Id).Process(() => new Slow(Api.AskAsync(null!).Result));")]
    public async Task What_does_not_hold_up_a_worker_is_not(string code)
        => Assert.Empty(await UserCode.ReportsAsync(new BlockingAnalyzer(), UserCode.With(code, Types
            + "class Slow(int n) : KeyedProcess<string, Order, int> { public override void OnRecord(in Record<Order> record, "
            + "ProcessContext<string, int> context) => context.Emit(n); }")));

    [Theory]
    [InlineData("orders.Select(order => Api.AskAsync(order).Result);", "orders.MapAsync(order => Api.AskAsync(order));")]
    [InlineData(
        "orders.KeyBy(order => order.Id).Select(order => Api.AskAsync(order).GetAwaiter().GetResult(), name: \"asked\");",
        "orders.KeyBy(order => order.Id).MapAsync(order => Api.AskAsync(order), name: \"asked\");")]
    public async Task The_call_is_made_in_MapAsync(string code, string mended)
        => Assert.Equal(
            UserCode.With(mended, Types),
            await UserCode.MendedAsync(new BlockingAnalyzer(), new UseMapAsync(), UserCode.With(code, Types)));

    [Theory]
    [InlineData("orders.Select(order => Api.AskAsync(order).Result + 1);")]
    [InlineData("orders.Select(order => Api.AskAsync(order).Result, \"asked\");")]
    [InlineData("orders.Select(order => Api.AskSoonAsync(order).Result);")]
    [InlineData("orders.Where(order => Api.AskAsync(order).Result > 1);")]
    public async Task What_is_not_the_whole_of_a_Select_is_left_to_its_author(string code)
        => Assert.Null(await UserCode.MendedAsync(new BlockingAnalyzer(), new UseMapAsync(), UserCode.With(code, Types)));
}
