using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using CsCheck;

namespace Dataflow.Tests.Connectors;

public sealed class JsonRowsTests : IDisposable
{
    private static readonly SinkContext Context = new(null!, 0);

    private readonly TemporaryFolder _folder = new();

    public enum Color
    {
        Red = 1,
        Blue = 2,
    }

    [Fact]
    public void Reads_tuples_and_fields_back_as_they_were_written() => Gen.Select(Gen.Int, Gen.String, Gen.Double).Sample((a, b, c) =>
    {
        if (!double.IsFinite(c) || b.Any(char.IsSurrogate)) return;
        Assert.Equal([(a, b)], ReadBack((a, b)));
        Assert.Equal([new WithFields { Id = a, Inner = (b, c) }], ReadBack(new WithFields { Id = a, Inner = (b, c) }));
        Assert.Equal([Tuple.Create(a, b)], ReadBack(Tuple.Create(a, b)));
        Assert.Equal([new Point(a, c)], ReadBack(new Point(a, c)));
    }, iter: 30, threads: 1);

    [Theory]
    [InlineData("{\"id\":1,\"textt\":\"a\"}", "'text'")]
    [InlineData("{\"text\":\"a\"}", "'id'")]
    [InlineData("{}", "'id', 'text'")]
    public void Says_which_members_are_missing(string line, string names)
    {
        Assert.Equal([$"line 1, byte {line.Length}: members are missing that cannot be null: {names}"], Read<Row>(line).Faults);
        Assert.Equal([$"line 1, byte {line.Length}: members are missing that cannot be null: {names}"], Read<Settable>(line).Faults);
        Assert.Equal([$"line 1, byte {line.Length}: members are missing that cannot be null: {names}"], Read<RowStruct>(line).Faults);
    }

    [Fact]
    public void Says_which_members_of_members_and_tuples_are_missing()
    {
        Assert.Contains(
            "($.inner): members are missing that cannot be null: 'text'", Assert.Single(Read<Outer>("{\"inner\":{\"id\":1}}").Faults));
        Assert.Contains("members are missing that cannot be null: 'item2'", Assert.Single(Read<(int, int)>("{\"item1\":1}").Faults));
    }

    [Theory]
    [InlineData("{\"id\":1,\"text\":null}")]
    [InlineData("{\"id\":null,\"text\":\"a\"}")]
    [InlineData("{\"id\":1.5,\"text\":\"a\"}")]
    [InlineData("{\"id\":1,\"text\":\"a\",\"ID\":2}")]
    [InlineData("{\"id\":1,\"text\":\"\\ud800\"}")]
    public void Refuses_values_that_a_member_has_no_room_for(string line) => Assert.Single(Read<Row>(line).Faults);

    [Fact]
    public void Takes_what_may_be_null_or_has_a_default_for_that_where_it_is_missing_and_passes_over_what_is_more()
        => Assert.Equal([new Optional(1, null, 7)], Read<Optional>("{\"id\":1,\"more\":{}}").Values);

    [Fact]
    public void Refuses_members_that_are_more_where_the_type_says_so()
        => Assert.Single(Read<Strict>("{\"id\":1,\"more\":2}").Faults);

    [Fact]
    public void Refuses_lines_that_are_not_UTF_8_even_in_members_that_nobody_asked_for()
    {
        File.WriteAllBytes(_folder["a.jsonl"], [.. "{\"id\":1,\"text\":\"a\",\"x\":\""u8, 0xFC, .. "\"}\n{\"id\":2,\"text\":\"b\"}"u8]);
        var (values, faults) = Reads.All(Source.JsonLines<Row>(_folder["a.jsonl"]));
        Assert.Equal([new(2, "b")], values);
        Assert.Equal(["line 1 is not UTF-8"], faults);
    }

    [Fact]
    public void Refuses_to_write_half_of_a_surrogate_pair()
    {
        foreach (var text in (string[])["\uD800", "a\uDC00b", "\uDC00\uD800", "😀\uD83D"])
        {
            Assert.Equal("A text holds half of a surrogate pair, which UTF-8 has no bytes for ($.Text)",
                Assert.Throws<FormatException>(() => Written(new Row(1, text))).Message);
            Assert.Throws<FormatException>(() => Written(new Dictionary<string, int> { [text] = 1 }));
        }

        Assert.Throws<FormatException>(() => Written(new List<char> { 'a', '\uD800' }));
    }

    [Fact]
    public void Writes_whole_pairs_and_the_replacement_character()
        => Assert.Equal([new(1, "😀\uFFFD")], Read<Row>(Written(new Row(1, "😀\uFFFD"))).Values);

    [Fact]
    public void Refuses_types_of_which_something_would_be_lost_naming_the_member()
    {
        AssertRefused<With<object>>("Value", "Object");
        AssertRefused<With<Action>>("Value", "Action");
        AssertRefused<With<BigInteger>>("Value", "BigInteger");
        AssertRefused<With<Complex>>("Value", "Complex");
        AssertRefused<With<int[,]>>("Value", "Int32[,]");
        AssertRefused<With<nint>>("Value", "IntPtr");
        AssertRefused<With<Stack<int>>>("Value", "Stack`1");
        AssertRefused<With<ImmutableStack<int>?>>("Value", "ImmutableStack`1");
        AssertRefused<With<Shape>>("Value", "Shape");
        AssertRefused<With<List<Dictionary<string, IComparable>>>>("Value", "IComparable");
        AssertRefused<With<Hidden>>("Value", "Hidden");
    }

    [Fact]
    public void Refuses_to_read_what_nothing_can_set()
    {
        Assert.Contains("Type Unset, member 'Id' (Int32): it would be lost on a line of JSON (nothing can set it).",
            Assert.Throws<ConnectorException>(() => Source.JsonLines<Unset>("a")).Message);
        Assert.Contains("member 'X' (Int32)", Assert.Throws<ConnectorException>(() => Source.JsonLines<ReadOnlyField>("a")).Message);
        Assert.Contains("[JsonConstructor]", Assert.Throws<ConnectorException>(() => Source.JsonLines<TwoConstructors>("a")).Message);
        Assert.Equal("{\"id\":5}\n", Written(new Unset()));
    }

    [Fact]
    public void Refuses_to_write_a_value_of_a_derived_type_that_is_not_named()
    {
        Assert.Equal("{\"id\":1,\"text\":\"a\"}\n", Written(new Row(1, "a")));
        Assert.StartsWith("A value is of a type that is derived from the declared one",
            Assert.Throws<FormatException>(() => Written<Row>(new Longer(1, "a", 2))).Message);
        Assert.Throws<FormatException>(() => Written(new Outer(new Longer(1, "a", 2))));
        Assert.Throws<FormatException>(() => Written(new List<Row> { new Longer(1, "a", 2) }));
    }

    [Fact]
    public void Takes_such_types_once_the_advice_is_followed()
    {
        Assert.Equal("{\"id\":1}\n", Written(new WithIgnored(1)));
        Assert.Equal([new WithIgnored(1)], Read<WithIgnored>("{\"id\":1}").Values);
        Assert.Equal([new Circle(2)], Read<Figure>(Written<Figure>(new Circle(2))).Values);
    }

    [Fact]
    public void Takes_types_of_all_kinds_that_come_back_as_they_were()
    {
        var all = new All(
            [1, 2], new() { ["a"] = 1.5m }, Color.Blue, new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc), TimeSpan.FromDays(1.5),
            Guid.NewGuid(), [1, 2], 'x', null, new Outer(new Row(1, "a")));
        Assert.Equal(Written(all), Written(Assert.Single(Read<All>(Written(all)).Values)));
        Assert.Equal([2, 3], Read<JsonElement>("[2,3]").Values[0].EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal([1], Read<List<int>>("[1]").Values[0]);
        Assert.Equal([1], Read<int>("1").Values);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertRefused<T>(string member, string found)
    {
        foreach (var create in (Func<object>[])[() => Sink.JsonLines<T>("a"), () => Source.JsonLines<T>("a")])
        {
            Assert.StartsWith($"Type {typeof(T).Name}, member '{member}' ({found}): it would be lost on a line of JSON (",
                Assert.Throws<ConnectorException>(create).Message);
        }
    }

    private string Written<T>(T value)
    {
        using (var writer = Sink.JsonLines<T>(_folder["w.jsonl"]).Open(default, Context))
        {
            writer.Write(new Record<T>(value, 0, default));
            writer.Prepare(new CheckpointOutput());
            writer.Finish();
        }

        return File.ReadAllText(_folder["w.jsonl"]);
    }

    private List<T> ReadBack<T>(T value)
    {
        var (values, faults) = Read<T>(Written(value));
        Assert.Empty(faults);
        return values;
    }

    private (List<T> Values, List<string> Faults) Read<T>(string line) => Reads.All(Source.JsonLines<T>(_folder.Write("r.jsonl", line)));

    public record Row(int Id, string Text);

    public record Longer(int Id, string Text, int More) : Row(Id, Text);

    public record Outer(Row Inner);

    public record Optional(int Id, string? Text, int Count = 7);

    public record struct RowStruct(int Id, string Text);

    public readonly record struct Point(int X, double Y);

    public record With<T>(T Value);

    public record All(
        IReadOnlyList<int> Numbers, Dictionary<string, decimal> Named, Color Color, DateTime Time, TimeSpan Span, Guid Id, byte[] Bytes,
        char Letter, int? Missing, Outer Outer);

    public record WithIgnored(int Id)
    {
        [JsonIgnore]
        public Action? Code { get; init; }
    }

    public abstract record Shape;

    [JsonDerivedType(typeof(Circle), "circle")]
    public abstract record Figure;

    public record Circle(double Radius) : Figure;

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    public record Strict(int Id);

    internal struct WithFields
    {
        public int Id;
        public (string, double) Inner;
    }

    internal readonly struct ReadOnlyField(int x)
    {
        public readonly int X = x;
    }

    public class Settable
    {
        public int Id { get; set; }

        public string Text { get; set; } = "";
    }

    public class Unset
    {
        public int Id { get; } = 5;
    }

    public class TwoConstructors
    {
        public TwoConstructors(int a) => A = a;

        public TwoConstructors(int a, int b) => A = a + b;

        public int A { get; set; }
    }

    public class Hidden
    {
        private readonly int _value = 1;

        public override string ToString() => $"{_value}";
    }
}
