using Dataflow.CodeFixes;
using Dataflow.Generators;
using Dataflow.Serialization;

namespace Dataflow.Tests.Analyzers;

public class KeyTests
{
    private const string Types = """
        public sealed class Plain { public int Number { get; init; } }
        public record Holder(int Number, int[] All);
        public record Deep(Holder? In, int Number);
        public record Node(int Number, Node? Next);
        public record Derived(int Number, string Text, int[] More) : Holder(Number, More);
        public struct Slice { public int Start; public List<int> Values; }
        public sealed class Own
        {
            public int Number;
            public override bool Equals(object? other) => other is Own;
            public override int GetHashCode() => 1;
        }
        public sealed record OwnRecord(int[] All) { public bool Equals(OwnRecord? other) => true; public override int GetHashCode() => 1; }
        public sealed record Good(string Id, int Number, DateTimeOffset At, (Guid A, decimal? B) Pair, DayOfWeek Day, Point Place);
        public record struct Point(int X, int Y);
        public interface IKey;
        public abstract record Any(int Number);
        public sealed class Many : List<int>;
        """;

    public static TheoryData<string> Keys =>
    [
        "string", "int", "(int A, string B)", "Good", "Point", "DayOfWeek", "Guid", "Version", "int[]", "List<int>",
        "IReadOnlyList<string>", "HashSet<int>", "Many", "(int A, List<int> B)", "(int, (int, byte[]))", "object", "IKey", "Any", "Plain",
        "Holder", "Deep", "Node", "Derived", "Slice", "(Plain, int)", "System.Text.StringBuilder",
        "System.Collections.Immutable.ImmutableArray<int>",
    ];

    public static TheoryData<string> Unknown =>
        ["Own", "OwnRecord", "Uri", "System.Text.Json.JsonElement", "Tuple<int[]>", "KeyValuePair<int, int[]>"];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task The_compiler_says_of_a_key_what_the_plan_says(string type)
    {
        var program = UserCode.Load($"{Types} public static class Keys {{ public static {type} Key() => default!; }}");
        var planned = KeyForm.FaultOf(program.GetType("Keys")!.GetMethod("Key")!.ReturnType);

        Assert.Equal(
            planned is null ? [] : [$"DATAFLOW009 order => Of<{type}>(): {planned}"],
            (await UserCode.ReportsAsync(new KeyAnalyzer(), KeyedBy(type))));
    }

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task What_the_compiler_cannot_see_it_leaves_to_the_plan(string type)
        => Assert.DoesNotContain(await UserCode.ReportsAsync(new KeyAnalyzer(), KeyedBy(type)), static told
            => !told.Contains("can be set", StringComparison.Ordinal));

    [Theory]
    [InlineData("orders.KeyBy(order => order.Id).ToTable().GroupBy(order => new[] { order.Id });", "order => new[] { order.Id }")]
    [InlineData("pipeline.Table(Source.Of<Order>([]), order => new[] { order.Id });", "order => new[] { order.Id }")]
    [InlineData(
        "var left = orders.KeyBy(o => o.Id).ToTable(); var right = pipeline.Table(Source.Of<string[]>([[\"\"]]), Key); "
            + "left.Join(right, order => new[] { order.Id }, (order, row) => row);",
        "Key", "order => new[] { order.Id }")]
    [InlineData("orders.KeyBy(Of<string[]>);", "Of<string[]>")]
    public async Task Every_verb_that_takes_a_key_is_looked_at(string code, params string[] keys)
        => Assert.Equal(
            keys.Select(static key => $"DATAFLOW009 {key}: Key String[]: {KeyFaults.IsCollection}"),
            await UserCode.ReportsAsync(new KeyAnalyzer(), User(code)));

    [Theory]
    [InlineData("orders.KeyBy(order => new[] { order.Id }, serde: null);")]
    [InlineData("orders.KeyBy(order => new[] { order.Id }); pipeline.UseSerde<string[]>(null!);")]
    [InlineData("orders.KeyBy(order => order.Id).Aggregate(a => a.Top(1, o => o.Id), (_, top) => top);")]
    [InlineData("new[] { 1 }.GroupBy(n => new[] { n }).ToList();")]
    public async Task With_a_serde_any_type_is_a_key(string code)
        => Assert.Empty(await UserCode.ReportsAsync(new KeyAnalyzer(), User(code)));

    [Theory]
    [InlineData("public record Changing(string Id) { public int Number { get; set; } }", "Number")]
    [InlineData("public record Changing(string Id) { public int Number; }", "Number")]
    [InlineData("public record Changing(string Id) : Base; public record Base { public int Number { get; internal set; } }", "Number")]
    public async Task A_key_that_can_change_is_reported(string types, string member)
        => Assert.Equal(
            [$"DATAFLOW009 order => new Changing(order.Id): Key Changing: '{member}' can be set, and a key that has changed is not found "
                + "any more where its state is kept. Make it 'init', or give KeyBy a string, a number or a record of them."],
            await UserCode.ReportsAsync(new KeyAnalyzer(), User("orders.KeyBy(order => new Changing(order.Id));") + types));

    [Theory]
    [InlineData("public record Fixed(string Id) { public int Number { get; init; } public int Twice => Number * 2; }")]
    [InlineData("public record Fixed(string Id) { public int Number { get; private set; } public static int All { get; set; } }")]
    [InlineData("public record struct Fixed(string Id) { public int Number { get; set; } }")]
    public async Task One_that_cannot_or_is_copied_is_not(string types)
        => Assert.Empty(await UserCode.ReportsAsync(
            new KeyAnalyzer(), User("orders.KeyBy(order => new Fixed(order.Id));") + types));

    [Fact]
    public async Task A_class_becomes_a_record()
    {
        const string type = "\n/// <summary>Kept.</summary>\n[Serializable]\npublic sealed class City\n{\n    public int Number => 1;\n}\n";
        var code = User("orders.KeyBy(order => new City());");

        Assert.Equal(
            code + type.Replace("class", "record", StringComparison.Ordinal),
            await UserCode.MendedAsync(new KeyAnalyzer(), new MakeRecord(), code + type));
    }

    [Theory]
    [InlineData("public partial class City;")]
    [InlineData("public class City : Base; public class Base;")]
    [InlineData("public class City(int number) { public int Number => number; public City() : this(1) { } }")]
    public async Task A_class_of_several_parts_bases_or_parameters_is_left_to_its_author(string type)
        => Assert.Null(await UserCode.MendedAsync(
            new KeyAnalyzer(), new MakeRecord(), User("orders.KeyBy(order => new City());") + type));

    private static string KeyedBy(string type)
        => User($"orders.KeyBy(order => Of<{type}>());") + Types;

    private static string User(string code) => UserCode.With(code).Replace(
        "static class User {",
        "static class User { static T Of<T>() where T : notnull => default!; static T Of<T>(Order order) => default!; "
            + "static string[] Key(string[] row) => row; ", StringComparison.Ordinal);
}
