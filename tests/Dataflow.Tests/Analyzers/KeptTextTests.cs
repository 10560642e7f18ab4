using Dataflow.CodeFixes;
using Dataflow.Generators;

namespace Dataflow.Tests.Analyzers;

public class KeptTextTests
{
    private const string Types = """
        public sealed record Line(Utf8 Text, int Number);
        """;

    [Theory]
    [InlineData("_texts.Add(record.Value.Text);", "record.Value.Text")]
    [InlineData("_counts[record.Value.Text] = 1;", "record.Value.Text")]
    [InlineData("_counts.TryAdd(record.Value.Text, 1);", "record.Value.Text")]
    [InlineData("_last = record.Value.Text;", "record.Value.Text")]
    [InlineData("_maybe ??= record.Value.Text;", "record.Value.Text")]
    [InlineData("var text = record.Value.Text; _last = text;", "text")]
    [InlineData("Last = record.Value.Text;", "record.Value.Text")]
    [InlineData("_many[0] = record.Value.Text;", "record.Value.Text")]
    [InlineData("_line.Text = record.Value.Text;", "record.Value.Text")]
    [InlineData("s_shared = record.Value.Text;", "record.Value.Text")]
    public async Task A_text_in_a_field_of_a_step_is_reported_and_kept_as_a_copy(string code, string text)
    {
        Assert.Equal(
            [$"DATAFLOW008 {text}: '{text}' is a slice of its batch, and 'Step.OnRecord' keeps it when the batch has ended. Keep a copy: "
                + $"{text}.Keep()."],
            await UserCode.ReportsAsync(new KeptTextAnalyzer(), Step(code)));
        Assert.Equal(
            Step($"{code[..code.LastIndexOf(text, StringComparison.Ordinal)]}{text}.Keep()"
                + code[(code.LastIndexOf(text, StringComparison.Ordinal) + text.Length)..]),
            await UserCode.MendedAsync(new KeptTextAnalyzer(), new KeepText(), Step(code)));
    }

    [Theory]
    [InlineData("_texts.Add(record.Value.Text.Keep());")]
    [InlineData("var text = record.Value.Text.Keep(); _last = text;")]
    [InlineData("_last = default;")]
    [InlineData("_texts.Add(_last);")]
    [InlineData("var texts = new List<Utf8>(); texts.Add(record.Value.Text);")]
    [InlineData("var line = new Mutable { Text = record.Value.Text }; line.Text = record.Value.Text;")]
    [InlineData("_value.Value = record.Value.Text;")]
    [InlineData("_list.Add(record.Value.Text);")]
    [InlineData("_map.Update(record.Value.Text, out _) = 1;")]
    [InlineData("_names.Add(record.Value.Text.ToString()!);")]
    public async Task A_copy_and_what_the_engine_keeps_are_not(string code)
        => Assert.Empty(await UserCode.ReportsAsync(new KeptTextAnalyzer(), Step(code)));

    [Theory]
    [InlineData("var seen = new HashSet<Utf8>(); lines.Where(line => seen.Add(line.Text));", "line.Text", "Where")]
    [InlineData("Utf8 last = default; lines.Select(line => last = line.Text);", "line.Text", "Select")]
    [InlineData("lines.Select(line => Seen.Last = line.Text);", "line.Text", "Select")]
    public async Task A_text_that_a_lambda_keeps_outside_is_reported(string code, string text, string verb)
        => Assert.Equal(
            [$"DATAFLOW008 {text}: '{text}' is a slice of its batch, and '{verb}' keeps it when the batch has ended. Keep a copy: "
                + $"{text}.Keep()."],
            await UserCode.ReportsAsync(new KeptTextAnalyzer(), Lambda(code)));

    [Theory]
    [InlineData("lines.Select(line => line.Text);")]
    [InlineData("lines.Select(line => { var parts = new List<Utf8>(); parts.Add(line.Text); return parts; });")]
    [InlineData("lines.Select(line => line with { Text = line.Text });")]
    [InlineData("lines.MapAsync(async (line, stop) => { await Task.Yield(); Seen.Last = line.Text; return 1; });")]
    [InlineData("var all = new List<Line>(); foreach (var line in all) Seen.Last = line.Text;")]
    public async Task One_that_is_handed_on_is_not(string code)
        => Assert.Empty(await UserCode.ReportsAsync(new KeptTextAnalyzer(), Lambda(code)));

    [Fact]
    public async Task The_state_of_a_key_is_the_engine_s()
        => Assert.Empty(await UserCode.ReportsAsync(new KeptTextAnalyzer(), """
            class Latest : KeyedProcess<int, Line, Mutable, int>
            {
                public override void OnRecord(in Record<Line> record, ref Mutable state, ProcessContext<int, int> context)
                    => (state ??= new()).Text = record.Value.Text;
            }
            class Mutable { public Utf8 Text; }

            """ + Types));

    private static string Lambda(string code)
        => $"static class User {{ static void Define(Stream<Line> lines) {{ {code} }} }} static class Seen {{ public static Utf8 Last; }}"
            + Types;

    private static string Step(string code) => $$"""
        class Step : KeyedProcess<int, Line, int>
        {
            private static Utf8 s_shared;
            private readonly List<Utf8> _texts = [];
            private readonly List<string> _names = [];
            private readonly Dictionary<Utf8, int> _counts = [];
            private readonly Utf8[] _many = new Utf8[1];
            private readonly Mutable _line = new();
            private ValueState<Utf8> _value = null!;
            private ListState<Utf8> _list = null!;
            private MapState<Utf8, int> _map = null!;
            private Utf8 _last;
            private Utf8? _maybe;
            private Utf8 Last { get; set; }
            public override void OnRecord(in Record<Line> record, ProcessContext<int, int> context) { {{code}} }
        }
        class Mutable { public Utf8 Text; }

        """ + Types;
}
