using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Dataflow.State;

namespace Dataflow.Tests.Serialization;

/// <summary>A value comes back as it was.</summary>
public class ValueTests
{
    [Fact]
    public void Members_that_nobody_may_set_come_back()
    {
        var counter = new WithPrivateSetter();
        counter.Add();
        Check(counter);

        var hidden = new Hidden(3) { N = 4 };
        hidden.Count("a");
        hidden.Count("A");
        Check(hidden);
        Check(new Money(1.50m, "EUR"));
        Check(new { A = 1, B = (string?)null });
    }

    [Fact]
    public void Members_that_hide_others_come_back_beside_them()
    {
        var below = new Below { Name = "n", Number = 2 };
        below.Hide("h");
        Check(below);
        Check(new Above { Number = 5 });
    }

    [Fact]
    public void Null_is_not_empty()
    {
        Check<string?>(null);
        Check("");
        Check<byte[]?>(null);
        Check<byte[]>([]);
        Check<int[]?>(null);
        Check<int[]>([]);
        Check(default(ImmutableArray<int>));
        Check(ImmutableArray<int>.Empty);
        Check<(string?, byte[]?)>((null, null));
        Check<string?[]>([null, ""]);
        Check<int?>(null);
        Check<Money?>(null);
    }

    [Fact]
    public void Times_keep_their_kind_and_zone()
    {
        foreach (var kind in Enum.GetValues<DateTimeKind>())
        {
            Check(new DateTime(2026, 7, 1, 0, 30, 0, kind));
            Check(DateTime.SpecifyKind(DateTime.MinValue, kind));
            Check(DateTime.SpecifyKind(DateTime.MaxValue, kind));
            Check(new List<DateTime?> { new DateTime(2026, 10, 25, 2, 30, 0, kind), null });
        }

        Check(new List<DateTimeOffset> { new(2026, 7, 1, 0, 30, 0, TimeSpan.FromHours(5.5)), DateTimeOffset.MinValue,
            DateTimeOffset.MaxValue });
    }

    [Fact]
    public void Numbers_keep_their_bits()
    {
        Check(new List<decimal> { 1m, 1.0m, 1.00m, -0.0m, 0.00m, new(0, 0, 0, true, 3), decimal.MaxValue, decimal.MinValue });
        Check(new List<double> { 0.0, -0.0, double.NaN, BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0001), double.NegativeInfinity });
        Check(new List<float> { 0f, -0f, float.NaN, BitConverter.Int32BitsToSingle(0x7FC0_0001) });
        Check(new List<Half> { Half.NaN, Half.NegativeZero, Half.MaxValue });
    }

    [Fact]
    public void Text_that_is_no_UTF_8_comes_back()
    {
        Check("\uD83D");
        Check("a\uDE00b\uD83D\uDE00");
        Check("\uD83D\uDE00");
        Check(new List<string> { "\uD83D", "\uDE00", "ok" });
    }

    [Fact]
    public void Collections_keep_their_comparers()
    {
        Check(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 });
        Check(new Dictionary<string, int>(StringComparer.Ordinal) { ["A"] = 1 });
        Check(new HashSet<string>(StringComparer.InvariantCultureIgnoreCase) { "A" });
        Check(new SortedSet<string>(StringComparer.Ordinal) { "b", "A" });
        Check(new SortedDictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["b"] = 1, ["A"] = 2 });
        Check(ImmutableDictionary.Create<string, int>(StringComparer.OrdinalIgnoreCase).Add("A", 1));
        Check<IReadOnlyDictionary<string, int>>(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 });
        Check<ISet<int>>(new SortedSet<int> { 3, 1 });
    }

    [Fact]
    public void A_comparer_that_has_no_name_is_an_error_of_the_record()
    {
        var byLength = Comparer<string>.Create((a, b) => a.Length.CompareTo(b.Length));
        Assert.Contains(
            "StringComparer", Assert.Throws<SerdeException>(() => Again(new SortedSet<string>(byLength) { "a" })).Message,
            StringComparison.Ordinal);
        Assert.Throws<SerdeException>(() => Again(new Dictionary<string, int>(EqualityComparer<string>.Create((_, _) => true, _ => 1))));
    }

    [Fact]
    public void Lists_behind_interfaces_stay_what_they_are()
    {
        Check<IList<int>>(new List<int> { 1, 2 });
        Check<IReadOnlyList<int>>(new[] { 1, 2 });
        Check<IEnumerable<string>>(new List<string> { "a" });
        Check<ICollection<int>>(Array.Empty<int>());
    }

    [Fact]
    public void Json_and_texts_of_dotnet_come_back()
    {
        Assert.Equal("""{"a": [1, 2.50]}""", Again(JsonElement.Parse("""{"a": [1, 2.50]}""")).GetRawText());
        Assert.Equal(JsonValueKind.Undefined, Again(default(JsonElement)).ValueKind);
        Assert.Equal("http://a/%20?x#f", Again(new Uri("http://a/%20?x#f")).OriginalString);
        Assert.Equal(IPAddress.Parse("fe80::1"), Again(IPAddress.Parse("fe80::1")));
    }

    [Fact]
    public void A_value_behind_its_base_type_is_an_error_of_the_record()
    {
        var error = Assert.Throws<SerdeException>(() => Again<Above>(new Below { Name = "" }));
        Assert.Contains("Serde.Polymorphic<Above>", error.Message, StringComparison.Ordinal);
        Assert.Throws<SerdeException>(() => Again(new List<Above> { new Below { Name = "" } }));
        Assert.Throws<SerdeException>(() => Again<List<int>>(new Sub()));
    }

    [Fact]
    public void A_value_that_holds_itself_is_an_error_of_the_record()
    {
        var ring = new Ring();
        ring.Next = ring;
        Assert.Contains("holds itself", Assert.Throws<SerdeException>(() => Again(ring)).Message, StringComparison.Ordinal);

        var tree = new Tree("root", []);
        tree.Below.Add(tree);
        Assert.Throws<SerdeException>(() => Again(tree));
        Check(new Tree("root", [new("a", []), new("b", [new("c", [])])]));
    }

    [Fact]
    public void What_was_written_before_a_member_was_added_gets_what_the_constructor_gives()
    {
        var bytes = new ArrayBufferWriter<byte>();
        Serde<Before>.Default.Write(new Before { Name = "x", Gone = 3 }, bytes);
        var after = Serde<After>.Default.Read(bytes.WrittenMemory);
        Assert.Equal(("x", 7), (after.Name, after.Added));
        Assert.Empty(after.List);
        var record = Serde<AfterRecord>.Default.Read(bytes.WrittenMemory);
        Assert.Equal(("x", null, 5), (record.Name, record.Note, record.Other));
    }

    [Fact]
    public void What_was_written_before_a_member_was_added_has_the_default_of_its_constructors_parameter()
    {
        var bytes = new ArrayBufferWriter<byte>();
        Serde<Before>.Default.Write(new Before { Name = "x", Gone = 3 }, bytes);
        Assert.Equal(new WithDefaults("x"), Serde<WithDefaults>.Default.Read(bytes.WrittenMemory));
        Assert.Equal(new WithDefaultsInPlace("x"), Serde<WithDefaultsInPlace>.Default.Read(bytes.WrittenMemory));
        var mixed = Serde<Mixed>.Default.Read(bytes.WrittenMemory);
        Assert.Equal(("x", 0, "none"), (mixed.Name, mixed.Required, mixed.Note));
        Assert.Equal(new WithDefaults(null, Note: null!, Count: null), Again(new WithDefaults(null, Note: null!, Count: null)));
    }

    internal static T Again<T>(T value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        StateCodec<T>.Write(ref value, bytes);
        var again = StateCodec<T>.Read(bytes.WrittenMemory);
        if (value is null or byte[]) return again;
        var topic = new ArrayBufferWriter<byte>();
        Serde<T>.Default.Write(value, topic);
        Assert.Null(Alike.Difference(value, Serde<T>.Default.Read(topic.WrittenMemory)));
        return again;
    }

    internal static void Check<T>(T value) => Assert.Null(Alike.Difference(value, Again(value)));

    public sealed class Before
    {
        public string? Name { get; set; }

        public int Gone { get; set; }
    }

    public sealed class After
    {
        public int Added { get; private set; } = 7;

        public string? Name { get; set; }

        public List<int> List { get; } = [];
    }

    public sealed record AfterRecord(string? Name, string? Note)
    {
        public int Other { get; } = 5;
    }

    public sealed record WithDefaults(
        string? Name, string Note = "none", int? Count = 3, DayOfWeek Day = DayOfWeek.Friday, DayOfWeek? Free = DayOfWeek.Sunday,
        decimal Price = 1.5m, DateTime Since = default, long? Nothing = null);

    public readonly record struct WithDefaultsInPlace(string? Name, string Note = "none", double Share = 0.5);

    public sealed record Mixed(string? Name, int Required, string Note = "none");

    private sealed class Sub : List<int>;
}
