using Dataflow.CodeFixes;
using Dataflow.Generators;

namespace Dataflow.Tests.Analyzers;

public class RecordFixTests
{
    [Theory]
    [InlineData(
        "class Shop { [DataflowRecord] private sealed record Sale(int Number); }",
        "class Shop { [DataflowRecord] internal sealed record Sale(int Number); }")]
    [InlineData(
        "class Shop { class Till { [DataflowRecord] public record Sale(int Number); } }",
        "class Shop { internal class Till { [DataflowRecord] public record Sale(int Number); } }")]
    [InlineData(
        "class Shop { private enum Kind { } [DataflowRecord] internal class Sale { private List<Kind[]>? All; } }",
        "class Shop { internal enum Kind { } [DataflowRecord] internal class Sale { private List<Kind[]>? All; } }")]
    [InlineData("[DataflowRecord] file record Sale(int Number);", null)]
    public async Task A_hidden_type_becomes_internal(string file, string? mended)
        => Assert.Equal(mended, await UserCode.MendedAsync(new RecordAnalyzer(), new MakeInternal(), file));

    [Theory]
    [InlineData("[DataflowRecord] public abstract record Shape(int Number);", "public abstract record Shape(int Number);")]
    [InlineData(
        "/// <summary>All.</summary>\n[DataflowRecord]\npublic class Numbers : List<int>;",
        "/// <summary>All.</summary>\npublic class Numbers : List<int>;")]
    [InlineData("[Serializable, DataflowRecord] public class Numbers : List<int>;", "[Serializable] public class Numbers : List<int>;")]
    [InlineData("[DataflowRecord] public unsafe struct Slice { public int* Number; }", null)]
    public async Task The_attribute_is_taken_from_a_type_that_can_have_no_codec(string file, string? mended)
        => Assert.Equal(mended, await UserCode.MendedAsync(new RecordAnalyzer(), new RemoveAttribute(), file));

    [Theory]
    [InlineData(
        "[DataflowRecord] public record Sale(int Number, object? Anything);",
        "[DataflowRecord] public record Sale(int Number, [property: IgnoreMember] object? Anything);")]
    [InlineData(
        "[DataflowRecord] public class Sale\n{\n    // Told.\n    public Action? Changed { get; set; }\n}",
        "[DataflowRecord] public class Sale\n{\n    // Told.\n    [IgnoreMember] public Action? Changed { get; set; }\n}")]
    [InlineData(
        "[DataflowRecord] public class Sale { private readonly object? _lock = null; }",
        "[DataflowRecord] public class Sale { [IgnoreMember] private readonly object? _lock = null; }")]
    [InlineData(
        "[DataflowRecord] public unsafe struct Slice { public int* Number; }",
        "[DataflowRecord] public unsafe struct Slice { [IgnoreMember] public int* Number; }")]
    [InlineData("[DataflowRecord] public class Sale { private object? _one, _two; }", null)]
    [InlineData("[DataflowRecord] public abstract record Shape(int Number);", null)]
    public async Task A_member_that_cannot_be_written_is_left_out(string file, string? mended)
        => Assert.Equal(mended, await UserCode.MendedAsync(new RecordAnalyzer(), new IgnoreMember(), file));
}
